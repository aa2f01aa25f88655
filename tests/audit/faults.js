// Run in a host page by measure.py: sets the widths of boxes with strips or panels in them, and returns what is wrong at
// each width. A fault is [box, width, kind, what]; all numbers are px.
const SLACK = 1;
const frames = async n => { while (n--) await new Promise(next => requestAnimationFrame(next)); };

// A frame's document or an element's shadow root, with the box that everything must stay in.
function stage(box) {
  const frame = box.querySelector("iframe"), element = box.querySelector("rate-ticker");
  if (frame) {
    const page = frame.contentDocument?.documentElement;
    return page && {root: page.ownerDocument, body: page.ownerDocument.body, outer: frame, page,
      bounds: {left: 0, top: 0, right: page.clientWidth, bottom: page.clientHeight}};
  }
  const root = element?.shadowRoot;
  return root && {root, body: root, outer: element, page: null, bounds: element.getBoundingClientRect()};
}

async function ready(paused, limit = 20000) {
  const boxes = [...document.querySelectorAll(".box")], began = performance.now();
  const shown = box => {
    const {root, page} = stage(box) || {};
    return root && (page ? page.classList.contains("run") || root.readyState === "complete" : root.querySelector(".run #strip[data-until]"));
  };
  while (!boxes.every(shown)) {
    if (performance.now() - began > limit) throw new Error(`not shown: ${boxes.filter(box => !shown(box)).map(box => box.id)}`);
    await frames(1);
  }
  await document.fonts.ready;
  if (paused) for (const box of boxes) stage(box).root.querySelector("#pause").click();
  for (const box of boxes) {
    // What the code reserves, whatever is in it.
    const outer = stage(box).outer, empty = document.createElement("div");
    empty.style.cssText = outer.style.cssText;
    empty.style.height ||= `${outer.getAttribute("height") || 0}px`;
    empty.style.overflow = "hidden";
    empty.className = "reserved";
    outer.after(empty);
  }
  await frames(3);
}

// --- texts

const shrunk = (rect, part) => {
  const by = (rect.bottom - rect.top) * part;
  return {left: rect.left, right: rect.right, top: rect.top + by, bottom: rect.bottom - by};
};
const meet = (a, b) => ({
  left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
  top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
});
const overlap = (a, b) => {
  const both = meet(a, b);
  return both.right - both.left > SLACK && both.bottom - both.top > SLACK;
};
const empty = rect => rect.right - rect.left <= 0 || rect.bottom - rect.top <= 0;

// The ancestors that hide what stands out of them, the nearest first. `known` keeps what was found by element.
function clips(node, known) {
  if (!node) return [];
  const before = known.get(node);
  if (before) return before;
  const style = getComputedStyle(node), x = style.overflowX !== "visible", y = style.overflowY !== "visible";
  let found = style.position === "fixed" ? [] : clips(node.parentElement, known);
  if ((x || y) && style.display !== "inline" && style.display !== "contents") {
    const rect = node.getBoundingClientRect();
    found = [{
      node, scrolls: node.scrollWidth > node.clientWidth + 1,
      ellipsis: style.textOverflow === "ellipsis" || style.webkitLineClamp > 0,
      rect: {
        left: x ? rect.left : -1e6, right: x ? rect.right : 1e6, top: y ? rect.top : -1e6, bottom: y ? rect.bottom : 1e6,
      },
    }, ...found];
  }
  known.set(node, found);
  return found;
}

// A text's lines: rectangles of one text node that stand beside each other are one.
function lines(node) {
  const range = node.ownerDocument.createRange(), rows = [];
  range.selectNodeContents(node);
  for (const rect of range.getClientRects()) {
    if (rect.width < .5) continue;
    const row = rows.find(row => Math.abs((row.top + row.bottom) - (rect.top + rect.bottom)) < rect.height);
    if (!row) rows.push({left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom});
    else Object.assign(row, {left: Math.min(row.left, rect.left), right: Math.max(row.right, rect.right)});
  }
  return rows;
}

// Every text that is drawn, also where something hides it; not what is only read aloud.
function texts(body) {
  const known = new Map(), walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT), all = [];
  for (let node; (node = walker.nextNode());) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent || parent.closest("style, script, .said, svg, h1.said, datalist, option")) continue;
    const style = getComputedStyle(parent);
    if (style.visibility !== "visible" || style.opacity === "0" || !parent.checkVisibility()) continue;
    const rows = lines(node);
    if (!rows.length) continue;
    all.push({
      node, parent, rows, text: node.data.trim(), clips: clips(parent, known),
      // A notice stands in a title's place, in up to two rows too; but what it says is seen whole.
      title: !!parent.closest(".list > li > a, .updated, .none"),
      shortened: !!parent.closest(".list > li > a, .publisher, .row > .name"),
    });
  }
  return all;
}

const named = text => `"${text.text.slice(0, 40)}" in .${text.parent.className || text.parent.localName}`;

// --- what is judged of a strip

const PARTS = [".clock", ".bank", ".rates", ".news", ".controls", ".languages"];
const ROWS = {".clock": 2, ".bank": 2, ".rates > li": 2, ".list > li": 2, ".controls": 1, ".languages": 1, ".publisher": 1};
const IN_CELLS = {...ROWS, ".rates > li": 3};
const CELLS = [96, 56];

const drawn = node => {
  const rect = node.getBoundingClientRect(), style = getComputedStyle(node);
  return rect.width > 1 && rect.height > 1 && style.visibility === "visible" && style.opacity !== "0";
};

// The part of a row that is seen, and the fault if too little of it is.
function seen(text, row, bounds, cells, fault) {
  let rect = shrunk(row, .2);
  const all = [...text.clips, {node: null, rect: {...bounds, left: bounds.left - SLACK, right: bounds.right + SLACK}}];
  for (const clip of all) {
    const left = meet(rect, clip.rect), whole = rect;
    rect = left;
    const cut = whole.right - left.right > SLACK || left.left - whole.left > SLACK ||
      whole.bottom - left.bottom > SLACK || left.top - whole.top > SLACK;
    if (!cut) continue;
    const within = clip.node, gone = empty(left);
    if (!within) {
      fault("cut", `${named(text)} by the edge`);
      return null;
    }
    const sideways = whole.bottom - left.bottom <= SLACK && left.top - whole.top <= SLACK;
    const ellipsis = clip.ellipsis && text.shortened && (gone || sideways);
    const leafed = within.matches(".list, .news") && (gone || sideways && within.closest("[data-motion=scroll]"));
    const scrolled = within.matches(".rates, .box") && sideways && clip.scrolls && within.clientWidth >= 60;
    if (scrolled && !cells) fault("moved", `${named(text)} is out of sight in one line or two`);
    else if (!ellipsis && !leafed && !scrolled && !within.matches(".read")) fault("cut", `${named(text)} by .${within.className || within.localName}`);
    if (gone) return null;
  }
  return empty(rect) ? null : rect;
}

// How many rows of text a part has.
function rowsOf(rects) {
  const middles = rects.map(rect => (rect.top + rect.bottom) / 2).sort((a, b) => a - b);
  return middles.filter((middle, nth) => !nth || middle - middles[nth - 1] > 6).length;
}

function judgeStrip({root, body, bounds, page}, height, fault) {
  const all = texts(body), cells = CELLS.includes(height), visible = [];
  for (const text of all) {
    const kept = text.rows.map(row => seen(text, row, bounds, cells, fault)).filter(Boolean);
    if (text.rows.length > 1 && !text.title) fault("wrap", named(text));
    if (text.title && kept.length > 2) fault("wrap", `${kept.length} rows of ${named(text)}`);
    if (kept.length) visible.push({...text, kept});
  }
  if (!visible.length) fault("cut", "nothing is drawn");
  judgeRows(root, visible, cells ? IN_CELLS : ROWS, fault);
  judgeOverlaps(root, visible, fault);
  const news = root.querySelector(".news"), rates = root.querySelector(".rates");
  if (height === 44 && news && drawn(news) && rates && news.getBoundingClientRect().width < 180 - SLACK) {
    fault("narrow", `${Math.round(news.getBoundingClientRect().width)} px for headlines`);
  }
  if (page && page.scrollWidth > page.clientWidth) fault("sideways", `${page.scrollWidth} px in ${page.clientWidth}`);
}

function judgeRows(root, visible, allowed, fault) {
  for (const [selector, most] of Object.entries(allowed)) {
    for (const part of root.querySelectorAll(selector)) {
      const rects = visible.filter(text => part.contains(text.node)).flatMap(text => text.kept);
      if (rowsOf(rects) > most) fault("wrap", `${rowsOf(rects)} rows of text in ${selector}`);
    }
  }
  const cells = [...root.querySelectorAll(".rates > li")].filter(drawn).map(cell => cell.getBoundingClientRect().top);
  if (cells.length && Math.max(...cells) - Math.min(...cells) > SLACK) fault("wrap", "rates in more than one row");
}

function judgeOverlaps(root, visible, fault) {
  const parts = PARTS.map(selector => root.querySelector(selector)).filter(part => part && drawn(part));
  parts.forEach((part, nth) => {
    for (const other of parts.slice(nth + 1)) {
      if (overlap(part.getBoundingClientRect(), other.getBoundingClientRect())) {
        fault("overlap", `.${part.className} and .${other.className}`);
      }
    }
  });
  const rows = visible.flatMap(text => text.kept.map(row => ({text, row: shrunk(row, .1)})));
  rows.forEach((one, nth) => {
    for (const other of rows.slice(nth + 1)) {
      if (one.text.node !== other.text.node && overlap(one.row, other.row)) {
        fault("overlap", `${named(one.text)} and ${named(other.text)}`);
      }
    }
  });
  const controls = [...root.querySelectorAll("button, summary, .languages a")].filter(drawn);
  controls.forEach((control, nth) => {
    const rect = control.getBoundingClientRect();
    for (const other of controls.slice(nth + 1)) {
      if (!control.contains(other) && !other.contains(control) && overlap(rect, other.getBoundingClientRect())) {
        fault("overlap", `${control.localName}#${control.id} and ${other.localName}#${other.id}`);
      }
    }
    for (const {text, row} of rows) {
      if (!control.contains(text.node) && overlap(rect, row)) fault("overlap", `${control.localName}#${control.id} and ${named(text)}`);
    }
  });
}

// --- what is judged of a panel and of a page: text may wrap there, a figure may not

const FIGURE = /^[≈→+−▲▼\s-]*\d[\d\s.,\u202f\u00a0]*[▲▼?]?$/;

function judgePanel({body, bounds, page}, fault) {
  const visible = [];
  for (const text of texts(body)) {
    const kept = text.rows.map(row => seen(text, row, bounds, false, fault)).filter(Boolean);
    if (text.rows.length > 1 && FIGURE.test(text.text)) fault("wrap", named(text));
    if (kept.length) visible.push({...text, kept});
  }
  if (!visible.length) fault("cut", "nothing is drawn");
  const rows = visible.flatMap(text => text.kept.map(row => ({text, row: shrunk(row, .1)})));
  rows.forEach((one, nth) => {
    for (const other of rows.slice(nth + 1)) {
      if (one.text.node !== other.text.node && overlap(one.row, other.row)) {
        fault("overlap", `${named(one.text)} and ${named(other.text)}`);
      }
    }
  });
  if (page && page.scrollWidth > page.clientWidth) fault("sideways", `${page.scrollWidth} px in ${page.clientWidth}`);
}

// --- heights: what the code reserves, what look.md says, and what the content needs by itself

function heights({outer, page}, view, height, fault) {
  const reserved = outer.parentElement.querySelector(".reserved").getBoundingClientRect().height;
  const given = outer.getBoundingClientRect().height, old = outer.style.cssText;
  if (view === "panel") {
    // It keeps the height that it is given: its headlines scroll in a box of their own.
    const needed = page ? page.scrollHeight : outer.scrollHeight;
    if (Math.abs(given - reserved) > .5) fault("height", `the code reserves ${reserved} px, it takes ${given}`);
    if (needed > given + 1) fault("height", `the code reserves ${reserved} px, the panel needs ${needed}`);
    return;
  }
  outer.style.setProperty("min-height", "0", "important");
  outer.style.setProperty("height", page ? "1px" : "auto", "important");
  const used = page ? Math.max(page.scrollHeight, page.ownerDocument.body.scrollHeight)
    : outer.getBoundingClientRect().height;
  outer.style.cssText = old;
  if (height && Math.abs(reserved - height) > .5) fault("height", `the code reserves ${reserved} px, the look says ${height}`);
  if (Math.abs(given - reserved) > .5) fault("height", `the code reserves ${reserved} px, it takes ${given}`);
  if (Math.abs(used - reserved) > .5) fault("height", `the code reserves ${reserved} px, the content needs ${used}`);
}

// --- the run. `steps`: by box, a list of [width, height by the look or 0].

async function measure(view, steps) {
  const faults = [], most = Math.max(...Object.values(steps).map(list => list.length));
  for (let nth = 0; nth < most; nth++) {
    const due = Object.entries(steps).filter(([, list]) => nth < list.length);
    for (const [id, list] of due) document.getElementById(id).style.width = `${list[nth][0]}px`;
    await frames(2);
    for (const [id, list] of due) {
      const [width, height] = list[nth], met = new Set();
      const fault = (kind, what) => {
        const key = `${kind} ${what}`;
        if (!met.has(key)) faults.push([id, width, kind, what]);
        met.add(key);
      };
      const at = stage(document.getElementById(id));
      if (view === "strip") judgeStrip(at, height, fault);
      else judgePanel(at, fault);
      if (view !== "page") heights(at, view, height, fault);
    }
  }
  return faults;
}
