// The element <rate-ticker>: its attributes are the options of a strip. The build puts strip.js before this code, and
// OPTIONS, SHAPE, SHELL and STYLE: names of options, markup of the page for a frame, the style around it, and name and
// integrity of the file with its style. It is built node by node and parses no markup, so that it works under any policy
// of the host page.
const source = document.currentScript?.src || "", HERE = source.slice(0, source.lastIndexOf("/embed") + 1);
const shell = new CSSStyleSheet(), style = new CSSStyleSheet();
// The host page paints first: no request until it has loaded, or for a moment.
const loaded = document.readyState === "complete" ? null : new Promise(next => addEventListener("load", next));
let dressed = null;
shell.replaceSync(SHELL);
const PARTS = {clock: ".clock", rates: ".bank, .box", lang: ".languages", headlines: ".news, #previous, .count, #following"};

// One sheet for all elements. After a failure, the next request asks for it again.
const dress = service => dressed ||= (async () => {
  const [name, integrity] = STYLE, answer = await brought(new URL(`embed/${name}`, service), {integrity});
  style.replaceSync(await answer.text());
})().catch(fault => {
  dressed = null;
  throw fault;
});

customElements.get("rate-ticker") || customElements.define("rate-ticker", class extends HTMLElement {
  static observedAttributes = [...OPTIONS, "view", "src", "title"];
  #bound = [];
  #cell = this.#built(["section", {class: "cell", "aria-label": "{title}"}, ["slot", {}], ["div", {class: "page js"}, SHAPE]]);
  #page = this.#cell.lastChild;
  #strip = this.#page.firstChild;
  #colours = new CSSStyleSheet();
  #life = null;
  #drawn;

  constructor() {
    super();
    const root = this.attachShadow({mode: "open"});
    root.adoptedStyleSheets = [shell, style, this.#colours];
    root.append(this.#cell);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.#page.classList.add("live");
    this.#page.addEventListener("click", event => {
      const link = event.target.closest("[hreflang]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.lang = link.hreflang;
    });
  }

  connectedCallback() {
    if (this.#life || !this.#service) return;
    // The reader's type size, whatever a rem is on the host page.
    this.#page.style.font = "medium serif";
    this.#page.style.setProperty("--rem", getComputedStyle(this.#page).fontSize);
    this.#page.style.font = "";
    this.#life = life(this.#page, this.#strip, {
      twin: () => this.#address(".json"),
      relabel: served => this.#label(served),
      dressed: () => dress(this.#service),
      under: loaded,
    });
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
    if (!this.#life) return this.connectedCallback();
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

  #address(path, more = {}) {
    const given = OPTIONS.filter(name => this.hasAttribute(name)).map(name => [name, this.getAttribute(name)]);
    const query = new URLSearchParams({...Object.fromEntries(given), ...more});
    const view = this.getAttribute("view") === "panel" ? "panel" : "strip";
    return new URL(`${view}${path}?${query}`, this.#service).href;
  }

  #built([tag, attributes, ...children]) {
    const space = ["svg", "path"].includes(tag) ? "2000/svg" : "1999/xhtml";
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
    const key = held?.closest("[data-key]")?.dataset.key;
    const open = page.querySelector("[open]");
    page.querySelector(".board")?.remove();
    if (nodes) page.prepend(this.#built(nodes));
    if (open) page.querySelector("details")?.setAttribute("open", "");
    if (key) page.querySelector(`[data-key="${key}"] .${held.className}`)?.focus();
  }

  // Words that change with the language only, and the look; strip.js sets the rest.
  #label({language, languages, as_of, words, look, nodes}) {
    this.#draw(nodes);
    const page = this.#page, find = selector => page.querySelector(selector);
    for (const [node, name, word] of this.#bound) {
      if (name) node.setAttribute(name, words[word]);
      else put(node, words[word]);
    }
    page.lang = this.#cell.lang = language;
    if (this.title) {
      this.#cell.setAttribute("aria-label", this.title);
      this.#cell.removeAttribute("lang");
    }
    for (const [part, selector] of Object.entries(PARTS)) {
      for (const node of page.querySelectorAll(selector)) node.hidden = !look.show.includes(part);
    }
    const [rates, news] = ["rates", "headlines"].map(part => look.show.includes(part));
    for (const [form, is] of Object.entries({full: rates && news, bare: rates && !news, rateless: !rates})) this.#strip.classList.toggle(form, is);
    this.#colours.replaceSync(look.style);
    find(".asof").hidden = !as_of;
    for (const link of page.querySelectorAll("[hreflang]")) {
      link.href = this.#address("", {lang: link.hreflang});
      link.ariaCurrent = link.hreflang === language || null;
      link.hidden = !!languages && !languages.includes(link.hreflang);
    }
    page.classList.add("shown");
  }
});
