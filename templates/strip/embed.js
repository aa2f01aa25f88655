// The element <rate-ticker>: its attributes are the options of a strip. The build puts strip.js before this code, and
// OPTIONS and PARTS: names of options, and name and integrity of the file with its style and markup (element.py). It is
// built node by node and parses no markup, so that it works under any policy of the host page.
const source = document.currentScript?.src || "", HERE = source.slice(0, source.lastIndexOf("/embed") + 1);
const style = new CSSStyleSheet();
// The host page paints first: no request until it has loaded, or for a moment.
const loaded = document.readyState === "complete" ? null : new Promise(next => addEventListener("load", next));
let parts, dressed = null;

// One sheet for all elements. After a failure, the next request asks for it again.
const dress = service => dressed ||= (async () => {
  parts = await (await brought(new URL(`embed/${PARTS[0]}`, service), {integrity: PARTS[1]})).json();
  style.replaceSync(parts.style);
})().catch(fault => {
  dressed = null;
  throw fault;
});

customElements.get("rate-ticker") || customElements.define("rate-ticker", class extends HTMLElement {
  static observedAttributes = [...OPTIONS, "view", "src", "title"];
  #bound = [];
  #cell = this.#built(["section", {}, ["slot", {}], ["div", {class: "page js"}, ["div", {id: "strip"}]]]);
  #page = this.#cell.lastChild;
  #strip = this.#page.firstChild;
  #colours = new CSSStyleSheet();
  #life = null;
  #drawn;

  constructor() {
    super();
    const root = this.attachShadow({mode: "open"});
    this.#colours.replaceSync(":host{display:block}:host([hidden]){display:none}");
    root.adoptedStyleSheets = [style, this.#colours];
    root.append(this.#cell);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.#page.classList.add("live");
    this.#page.addEventListener("click", event => {
      const link = event.target.closest("[hreflang]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.lang = link.lang;
    });
  }

  connectedCallback() {
    this.attributeChangedCallback();
  }

  disconnectedCallback() {
    this.#life?.end();
    this.#life = null;
  }

  // Moved within the page by moveBefore(): it lives on.
  connectedMoveCallback() {}

  // The service's address may come, or change, after everything else.
  attributeChangedCallback() {
    if (!this.isConnected) return;
    if (!this.#service) return this.disconnectedCallback();
    this.#life ||= life(this.#page, this.#strip, {
      twin: () => this.#address(".json"),
      relabel: served => this.#label(served),
      dressed: () => dress(this.#service),
      under: loaded,
    });
    this.refresh().catch(() => {});
  }

  // Resolves when the strip shows what the attributes ask for; rejects with an Error where it cannot.
  async refresh() {
    if (!this.#life) throw new Error("rate-ticker: not on a page, or no src");
    await this.#life.ask();
  }

  get #service() {
    const given = this.getAttribute("src") || HERE;
    try {
      return given ? new URL(given, document.baseURI) : null;
    } catch {
      return null;  // it is no address
    }
  }

  #address(path, lang) {
    const query = new URLSearchParams();
    for (const name of OPTIONS) if (this.hasAttribute(name)) query.set(name, this.getAttribute(name));
    if (lang) query.set("lang", lang);
    const view = this.getAttribute("view") === "panel" ? "panel" : "strip";
    return new URL(`${view}${path}?${query}`, this.#service).href;
  }

  #built([tag, attributes, ...children]) {
    const space = /svg|path/.test(tag) ? "2000/svg" : "1999/xhtml";
    const node = document.createElementNS(`http://www.w3.org/${space}`, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value[0] === "{") this.#bound.push([node, name, value.slice(1, -1)]);
      else node.setAttribute(name, value[0] === "/" ? new URL(value.slice(1), this.#service) : value);
    }
    node.append(...children.map(child => Array.isArray(child) ? this.#built(child) : child));
    return node;
  }

  // A panel comes as nodes beside the strip, which keeps the time; only the strip's control is visible then.
  #draw(nodes) {
    const drawn = JSON.stringify(nodes), page = this.#page, held = this.shadowRoot.activeElement;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const key = held?.closest("[data-key]")?.dataset.key, open = page.querySelector(".board [open]");
    page.querySelector(".board")?.remove();
    if (nodes) page.prepend(this.#built(nodes));
    if (open) page.querySelector(".board details")?.setAttribute("open", "");
    if (key) page.querySelector(`[data-key="${key}"] .${held.className}`)?.focus();
  }

  // Words that change with the language only, and the look; strip.js sets the rest.
  #label({language, languages, words, look, nodes}) {
    const page = this.#page, strip = this.#strip, cell = this.#cell;
    if (!strip.firstChild) strip.append(...parts.markup.map(node => this.#built(node)));
    this.#draw(nodes);
    for (const [node, name, word] of this.#bound) name ? node.setAttribute(name, words[word]) : put(node, words[word]);
    page.lang = language;
    cell.lang = this.title ? document.documentElement.lang : language;
    cell.ariaLabel = this.title || words.title;
    strip.dataset.show = look.show.join(" ");
    this.#colours.replaceSync(look.style);
    for (const link of page.querySelectorAll("[hreflang]")) {
      const {lang} = link;
      link.href = this.#address("", lang);
      link.ariaCurrent = lang === language || null;
      link.hidden = languages && !languages.includes(lang);
    }
  }
});
