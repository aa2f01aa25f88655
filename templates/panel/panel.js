// Keeps a panel up to date. Its content comes from the server as nodes, and changed nodes replace the old ones; no wording
// or markup is decided here. It changes by itself (a headline comes, tomorrow's figure appears), so it has one control
// that stops this (WCAG 2.2.2), and, like the strip, it starts stopped where a reader prefers reduced motion.
const TAGS = "div section h2 h3 p ul ol li a span time table caption thead tbody tr th td details summary strong small button svg path".split(" ");

const set = (node, name, value) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); };

function panelLife(page, panel, twin) {
  const ticked = (now, outdated, failures) => page.classList.toggle("behind", failures > 0);
  alive(page, panel, {twin, apply, ticked}).begin();

  function apply({look, nodes}) {
    const board = panel.querySelector(".board");
    panel.dataset.frame = look.frame;
    if (board) change(board, nodes);
    else panel.prepend(built(nodes));
  }

  // --- nodes: [tag, attributes, ...children]

  function built(node) {
    if (typeof node === "string") return new Text(node);
    const [tag, attributes, ...children] = node;
    if (!TAGS.includes(tag)) throw new Error(`a panel has no <${tag}>`);
    const svg = tag === "svg" || tag === "path";
    const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of attributesOf(attributes)) made.setAttribute(name, value);
    made.append(...children.map(built));
    return made;
  }

  const attributesOf = attributes => Object.entries(attributes).filter(([name]) => !name.startsWith("on"));

  // A node with the focus is neither moved nor removed.
  const held = node => node.contains(document.activeElement);

  function change(old, node) {
    if (typeof node === "string") {
      if (old.data !== node) old.data = node;
      return;
    }
    const [, attributes, ...children] = node;
    if ("data-own" in attributes) return;
    for (const name of old.getAttributeNames()) if (!(name in attributes || name === "open")) old.removeAttribute(name);
    for (const [name, value] of attributesOf(attributes)) set(old, name, value);
    const keys = new Set(children.map(child => Array.isArray(child) && child[1]["data-key"]).filter(Boolean));
    for (const one of [...old.children]) {
      if (one.dataset.key && !keys.has(one.dataset.key) && !held(one)) one.remove();
    }
    const spare = new Set(old.childNodes);
    let next = old.firstChild;
    for (const child of children) {
      const found = [...spare].find(one => alike(one, child)), here = found || built(child);
      if (found) {
        change(found, child);
        spare.delete(found);
      }
      if (here === next || held(here)) next = here.nextSibling;
      else old.insertBefore(here, next);
    }
    for (const one of spare) if (!held(one)) one.remove();
  }

  function alike(one, child) {
    if (typeof child === "string") return one.nodeType === Node.TEXT_NODE;
    const [tag, attributes] = child;
    return one.localName === tag && (one.dataset.key || "") === (attributes["data-key"] || "");
  }
}
