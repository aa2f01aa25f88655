// Makes a part of this page equal to the same part of a freshly fetched one, node by node: what has the focus keeps it,
// what is open stays open, and nothing that is equal is touched. Elements with an id are matched by it.

const KEPT = new Set(["open", "src", "style"]);  // of the reader, or set in another way

function morph(old, fresh) {
  if (old.hasAttribute("data-keep")) return;
  attributes(old, fresh);
  if (old.matches("textarea")) {
    if (old.value !== fresh.textContent) old.value = fresh.textContent;
    return;
  }
  children(old, fresh);
  controls(old, fresh);
  if (old.matches("img") && old.getAttribute("src") !== fresh.getAttribute("src")) old.src = fresh.getAttribute("src");
  if (old.matches("iframe") && old.getAttribute("src") !== fresh.getAttribute("src")) swap(old, fresh);
}

function attributes(old, fresh) {
  for (const {name} of [...old.attributes]) if (!fresh.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name);
  for (const {name, value} of fresh.attributes) {
    if (old.getAttribute(name) === value || KEPT.has(name)) continue;
    old.setAttribute(name, value);
    if (name === "data-style") old.style.cssText = value;
  }
}

function children(old, fresh) {
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const found = match(old, at, wanted);
    if (!found) {
      old.insertBefore(copied(wanted), at);
      continue;
    }
    if (found === at) at = at.nextSibling;
    else old.insertBefore(found, at);
    if (found.nodeType === Node.ELEMENT_NODE) morph(found, wanted);
    else if (found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
  }
  while (at) {
    const next = at.nextSibling;
    if (!at.classList?.contains("coming")) at.remove();
    at = next;
  }
}

function match(old, at, wanted) {
  if (wanted.id) return [...old.children].find(one => one.id === wanted.id && one.localName === wanted.localName);
  return at && at.nodeName === wanted.nodeName && !at.id ? at : null;
}

function copied(wanted) {
  const made = document.importNode(wanted, true);
  if (made.nodeType !== Node.ELEMENT_NODE) return made;
  for (const one of [made, ...made.querySelectorAll("[data-style]")]) {
    if (one.dataset.style) one.style.cssText = one.dataset.style;
  }
  return made;
}

// What a reader types is not taken from under the hand.
function controls(old, fresh) {
  if (old.matches("input[type=radio], input[type=checkbox]")) old.checked = fresh.checked;
  else if (old.matches("select")) old.value = fresh.value;
  else if (old.matches("input") && old !== document.activeElement) old.value = fresh.getAttribute("value") ?? "";
}

// The next preview comes up behind the present one, and takes its place once it is drawn. A new frame makes no entry in
// the history, so that "back" leaves this page.
function swap(old, fresh) {
  for (const one of old.parentNode.querySelectorAll("iframe.coming")) one.remove();
  const next = document.createElement("iframe");
  for (const {name, value} of fresh.attributes) if (name !== "src") next.setAttribute(name, value);
  next.style.cssText = fresh.dataset.style || "";
  next.className = "coming";
  next.addEventListener("load", () => {
    if (!next.isConnected) return;
    next.className = "live";
    old.remove();
  }, {once: true});
  next.src = fresh.getAttribute("src");
  old.setAttribute("src", next.getAttribute("src"));
  old.after(next);
}
