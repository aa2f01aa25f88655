// Keeps a strip up to date: clock, motion, and changes in place. Used by the page for a frame (page.js) and by the
// element (embed.js).
const STEP = 7e3, PACE = 40;

// `own` has `twin`, and may have `relabel`, `dressed` and `under`, described in refresh.js.
function life(page, strip, own) {
  const said = strip.dataset, find = selector => strip.querySelector(selector);
  const clock = find(".clock :is(time, .at)"), list = find(".list");
  const self = alive(page, strip, {...own, apply, ticked, toggled, woken: restep}), {live, signal} = self;
  let shown = null, stepping, rolling, rolled, place = 0, face;

  // --- clock and truth

  function ticked(now, outdated) {
    if (clock && live() && said.zone) {
      face ||= new Intl.DateTimeFormat("en-GB", {timeZone: said.zone, timeStyle: "short"});
      put(clock, face.format(now));
      clock.dateTime = clock.textContent;
    }
    if (!outdated) return;
    fill(find(".bank"), {name: said.outdated, unit: "", day: said.outdatedDay});
    put(find(".when"), said.tomorrow);
    for (const time of strip.querySelectorAll(".list time")) put(time, time.dataset.dated);
  }

  // --- replacing only what changed, by key

  function apply({state, zone, words, rates, headlines, look}) {
    const {motion, frame, speed} = look, other = motion !== said.motion;
    Object.assign(said, {
      state, zone, motion, frame, speed, count: words.count, tomorrow: words.tomorrow_dated, outdated: words.outdated,
      outdatedDay: words.outdated_day,
    });
    if (other) {
      relay();
      restep();
    }
    fill(find(".bank"), {name: words.bank_name, unit: words.bank_rest, day: words.day});
    const byCode = rates.map(rate => [rate.currency, rate]);
    if (find(".rates")) sync(find(".rates"), byCode, clone, fillRate);
    if (list) {
      const seen = taped() ? inView().map(node => [node, node.offsetLeft - place]) : [];
      const later = find(".later");
      for (const node of strip.querySelectorAll(".updated")) put(node, words.updated);
      find(".age").toggleAttribute("data-empty", !words.updated);
      fill(list.parentNode, {none: headlines.length ? "" : words.headlines_none, when: words.tomorrow});
      later.toggleAttribute("data-empty", !rates.some(rate => rate.next?.text));
      sync(later, byCode, clone, fillLater);
      sync(list, headlines.map(headline => [headline.id, headline]), () => makeHeadline(words), fillHeadline);
      if (taped()) {
        const [anchor, ahead] = seen.find(([node]) => node.isConnected) || [];
        if (anchor) list.scrollLeft = place = anchor.offsetLeft - ahead;
        roll(0);
      } else show(shown, "instant");
    }
  }

  // A headline with the focus, or in view on the tape, is neither moved nor removed.
  function sync(parent, entries, make, fill) {
    const nodes = new Map([...parent.children].filter(node => node.dataset.key).map(node => [node.dataset.key, node]));
    const keys = new Set(entries.map(([key]) => key)), first = nodes.values().next().value;
    parent.model ||= first;
    const seen = parent === list && taped() ? inView() : [];
    const held = node => node.contains(strip.getRootNode().activeElement) || seen.includes(node);
    for (const [key, node] of nodes) if (!keys.has(key) && !held(node) && node !== first) node.remove();
    let next = first || null;
    for (const [key, entry] of entries) {
      const node = nodes.get(key) || make(parent.model);
      node.dataset.key = key;
      fill(node, entry);
      if (node === next || held(node)) next = node.nextElementSibling;
      else parent.insertBefore(node, next);
    }
    if (first && !keys.has(first.dataset.key) && !held(first)) first.remove();
  }

  const clone = node => node.cloneNode(true);

  // Texts, by the class of their element.
  function fill(node, texts) {
    for (const name in texts) put(node.querySelector(`.${name}`), texts[name] || "");
  }

  function fillRate(node, {currency, freshness, quality, trend, spoken, text, next, change_text, mark}) {
    set(node, "data-state", quality === "official" ? freshness : quality);
    set(node, "data-trend", trend || "");
    fill(node, {said: spoken, code: currency, figure: text, next: next?.text, change: change_text, mark});
  }

  function fillLater(node, {currency, next, trend}) {
    node.hidden = !next?.text;
    set(node, "data-trend", trend || "");
    fill(node, {code: currency, next: next?.text, mark: next?.mark});
  }

  function made(tag, its, ...children) {
    const node = Object.assign(document.createElement(tag), its);
    node.append(...children);
    return node;
  }

  function makeHeadline(words) {
    const window = made("span", {className: "said"}, `, ${words.new_window}`);
    const link = made("a", {target: "_blank", rel: "noopener"}, made("span"), window);
    const text = made("span", {className: "text"}, made("time"), " ", link);
    return made("li", {}, made("span", {className: "item"}, text, " ", made("span", {className: "publisher"})));
  }

  function fillHeadline(node, headline) {
    const time = node.querySelector("time"), link = node.querySelector("a"), title = link.firstElementChild;
    put(time, headline.time);
    set(time, "datetime", headline.published_at);
    set(time, "data-dated", headline.dated);
    set(link, "href", headline.url);
    link.ping = new URL(`click/${headline.id}`, own.twin());
    set(title, "lang", headline.language);
    put(title, headline.title);
    fill(node, {publisher: headline.publisher});
  }

  // --- motion. The list wraps whole headlines into lines; a step scrolls to the next line.
  // A tape is one line that scrolls; a headline that has left on one side is moved (not cloned) behind the end.

  const pace = () => (said.speed || 100) / 100;
  const items = () => [...list.children].filter(node => node.offsetParent);
  const taped = () => said.motion === "scroll" && live();
  const far = node => node.offsetLeft + node.offsetWidth;
  const inView = () => items().filter(node => {
    const box = node.getBoundingClientRect(), frame = list.getBoundingClientRect();
    return box.right > frame.left && box.left < frame.right;
  });

  function show(item, behavior) {
    const all = items();
    shown = all.includes(item) ? item : all[0] || null;
    page.classList.toggle("single", taped() ? all.length < 2 : !all.some(node => node.offsetTop));
    if (!shown) return;
    if (taped()) list.scrollLeft = place = shown.offsetLeft;
    else if (list.scrollTop !== shown.offsetTop) list.scrollTo({top: shown.offsetTop, behavior});
    count();
  }

  function count() {
    const all = items(), n = all.indexOf(shown) + 1;  // of all that steps, tomorrow's figures too
    put(find(".count"), n ? said.count.replace("{n}", n).replace("{m}", all.length) : "");
  }

  function step(by) {
    const all = items(), way = taped() ? node => node.offsetLeft : node => node.offsetTop;
    const stops = [...new Set(all.map(way))];
    const stop = stops.at((stops.indexOf(shown ? way(shown) : 0) + by) % stops.length);
    show(all.find(node => way(node) === stop), "auto");
  }

  function roll(by) {
    const all = items();
    if (!all.length) return;
    if (Math.abs(list.scrollLeft - place) >= 1) place = list.scrollLeft;  // the focus has moved it
    const lap = Math.max(far(all.at(-1)) + all[0].offsetLeft + 20, list.clientWidth);
    place = (place + by) % lap;
    for (const node of all) {
      const moved = far(node) <= place ? `${lap}px` : "";
      if (node.style.translate !== moved) node.style.translate = moved;
    }
    list.scrollLeft = place;
    const first = all.find(node => far(node) > place) || all[0];
    if (first !== shown) {
      shown = first;
      count();
    }
  }

  function frame(time) {
    rolling = requestAnimationFrame(frame);
    roll(looked() ? 0 : Math.min(time - rolled, 100) / 1e3 * PACE * pace());
    rolled = time;
  }

  function restep() {
    clearInterval(stepping);
    cancelAnimationFrame(rolling);
    if (!list || !live() || document.hidden) return;
    if (said.motion === "step") stepping = setInterval(() => looked() || step(1), STEP / pace());
    if (!taped()) return;
    rolled = performance.now();
    rolling = requestAnimationFrame(frame);
  }

  // A stopped tape shows whole headlines: one cut off at an edge cannot be read.
  function relay() {
    if (!list || said.motion !== "scroll") return;
    for (const node of list.children) node.style.translate = "";
    if (!taped()) list.scrollLeft = place = 0;
    show(shown, "instant");
  }

  // No step while the pointer or the keyboard's focus is on the headlines.
  const looked = () => find(".news:hover, .news:focus-within, .controls :focus-visible:not(#pause)");

  function toggled() {
    if (clock) find(".asof").hidden = false;
    relay();
  }

  const sizes = new ResizeObserver(() => taped() || show(shown, "instant"));

  if (list) {
    for (const [id, by] of [["#previous", -1], ["#following", 1]]) {
      find(id).addEventListener("click", () => {
        step(by);
        restep();
      }, {signal});
    }
    list.removeAttribute("tabindex");
    list.addEventListener("focusin", event => taped() || show(event.target.closest("li"), "instant"), {signal});
    sizes.observe(list);
    show(null, "instant");
  }
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    cancelAnimationFrame(rolling);
    clearInterval(stepping);
  });
  self.begin();
  page.classList.add("run");
  return self;
}
