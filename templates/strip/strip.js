// Keeps a strip up to date: clock, motion, and changes in place. Used by the page for a frame (page.js) and by the
// element (embed.js).
const STEP = 7e3, PACE = 40;

// `own` has `twin`, and may have `relabel`, `dressed` and `under`, described in refresh.js.
function life(page, strip, own) {
  const said = strip.dataset, find = selector => strip.querySelector(selector);
  const self = alive(page, strip, {...own, apply, ticked, toggled: relay, woken: restep, ended}), {live, on} = self;
  let clock, list, box, menu, shown, stepping, rolling, rolled, place = 0, opens;

  // --- clock and truth

  function ticked(now, outdated) {
    if (clock && live() && said.zone) {
      put(clock, new Date(now).toLocaleTimeString("en-GB", {timeZone: said.zone, timeStyle: "short"}));
      clock.dateTime = clock.textContent;
      put(find(".ago"), "");  // the day of what the server said, not of this clock
    }
    if (!outdated) return;
    put(find(".bank .low"), said.outdated);
    for (const low of strip.querySelectorAll(".list [data-dated]")) {
      put(low.firstElementChild, low.dataset.dated);
      low.classList.add("old");
    }
  }

  // --- replacing only what changed, by key

  function apply({form, marked, zone, words, rates, headlines, look}) {
    const {motion, frame, speed} = look, other = motion !== said.motion;
    Object.assign(said, {zone, motion, frame, speed, count: words.count, outdated: words.outdated_lower, n: rates.length});
    furnish();
    strip.className = marked ? `${form} marked` : form;
    if (other) {
      relay();
      restep();
    }
    fill(strip, {
      name: words.upper_name, unit: words.upper_unit, day: words.upper_day, "bank .low": words.lower,
      updated: words.updated, none: headlines.length ? "" : words.headlines_none,
    });
    if (box) {
      sync(box.firstChild, rates, "currency", fillRate);
      fit();
    }
    if (list) {
      const seen = taped() ? inView().map(node => [node, node.offsetLeft - place]) : [];
      find(".age").hidden = !words.updated;
      opens = words.new_window;
      sync(list, headlines, "id", fillHeadline);
      if (taped()) {
        const [anchor, ahead] = seen.find(([node]) => node.isConnected) || [];
        if (anchor) list.scrollLeft = place = anchor.offsetLeft - ahead;
        roll(0);
      } else show(shown, "instant");
    }
  }

  // A headline with the focus, or in view on the tape, is neither moved nor removed.
  function sync(parent, entries, id, fill) {
    const all = [...parent.children].filter(node => node.dataset.key), keys = entries.map(entry => entry[id]);
    parent.model ||= all[0];
    const seen = parent === list && taped() ? inView() : [];
    const held = node => node.contains(strip.getRootNode().activeElement) || seen.includes(node);
    for (const node of all) if (!keys.includes(node.dataset.key) && !held(node)) node.remove();
    let next = all.find(node => node.parentNode) || null;
    for (const entry of entries) {
      const key = entry[id], node = all.find(node => node.dataset.key === key) || parent.model.cloneNode(true);
      node.dataset.key = key;
      node.hidden = false;
      fill(node, entry);
      if (node === next || held(node)) next = node.nextElementSibling;
      else parent.insertBefore(node, next);
    }
  }

  // Texts, by the class of their element.
  function fill(node, texts) {
    for (const name in texts) put(node.querySelector(`.${name}`), texts[name] || "");
  }

  function fillRate(node, {currency, spoken, text, lower, chart, chart_label}) {
    const drawn = node.querySelector(".drawn"), low = node.querySelector(".low");
    fill(node, {said: spoken, code: currency, figure: text, small: lower.text});
    Object.assign(low.dataset, {kind: lower.kind, trend: lower.trend || ""});
    drawn.ariaHidden = chart ? null : "true";
    drawn.ariaLabel = chart && chart_label;
    if (chart) drawn.href = new URL(chart, own.twin());
    else drawn.removeAttribute("href");
  }

  function fillHeadline(node, {id, url, title, language, publisher, published_at, clock, brief, ago}) {
    const [time, low, link] = node.children;
    put(time, clock);
    time.dateTime = published_at;
    low.dataset.dated = brief;
    low.classList.toggle("old", !!ago);
    put(low.firstChild, ago || publisher);
    link.href = url;
    link.ping = new URL(`click/${id}`, own.twin());
    link.firstChild.lang = language;
    put(link.firstChild, title);
    put(link.lastChild, `, ${ago && `${publisher}, `}${opens}`);
  }

  // --- motion. The list wraps whole headlines into lines; a step scrolls to the next line.
  // A tape is one line that scrolls; a headline that has left on one side is moved (not cloned) behind the end.

  const pace = () => said.speed / 100;
  const items = () => [...list.children].filter(node => node.offsetParent);
  const taped = () => said.motion === "scroll" && live();
  const far = node => node.offsetLeft + node.offsetWidth;
  const inView = () => items().filter(node => {
    const [its, view] = [node, list].map(one => one.getBoundingClientRect());
    return its.right > view.left && its.left < view.right;
  });

  function show(item, behavior) {
    const all = items();
    shown = all.includes(item) ? item : all[0];
    page.classList.toggle("single", taped() ? all.length < 2 : !all.some(node => node.offsetTop));
    if (!shown) return;
    if (taped()) list.scrollLeft = place = shown.offsetLeft;
    else if (list.scrollTop !== shown.offsetTop) list.scrollTo({top: shown.offsetTop, behavior});
    count();
  }

  function count() {
    const all = items();
    put(find(".count"), said.count.replace("{n}", all.indexOf(shown) + 1).replace("{m}", all.length));
  }

  function step(by) {
    const all = items(), way = taped() ? "offsetLeft" : "offsetTop", stops = [...new Set(all.map(node => node[way]))];
    const stop = stops.at((stops.indexOf(shown ? shown[way] : 0) + by) % stops.length);
    show(all.find(node => node[way] === stop), "auto");
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
  const looked = () => find(".news:is(:hover, :focus-within), .controls :focus-visible:not(#pause)");

  // --- rates that do not fit: a button moves them along, and back from the end

  function fit() {
    const [rates, more] = box.children, over = rates.scrollWidth - rates.clientWidth;
    more.hidden = rates.scrollWidth <= box.clientWidth;
    more.classList.toggle("back", !more.hidden && rates.scrollLeft >= over - 1);
    rates.tabIndex = more.hidden ? -1 : 0;
  }

  function along() {
    const rates = box.firstChild, back = box.lastChild.classList.contains("back");
    rates.scrollTo({left: back ? 0 : rates.scrollLeft + rates.clientWidth - 60, behavior: live() ? "smooth" : "auto"});
  }

  // --- arrow keys, a horizontal wheel and a swipe step through the headlines; the page around keeps its own scrolling

  let swiped, wheeled = 0;

  function turn(by) {
    step(by);
    restep();
  }

  function push(x, y, least) {
    if (Math.abs(x) > Math.max(Math.abs(y), least) && !taped()) turn(Math.sign(x));
  }

  function keyed(event) {
    const by = {ArrowLeft: -1, ArrowRight: 1}[event.key], all = items();
    if (!by || taped()) return;
    event.preventDefault();
    all.at((all.indexOf(event.target.closest("li")) + by) % all.length).querySelector("a")?.focus();
  }

  // One step for all that one movement of the hand sends.
  function wheel({deltaX, deltaY, timeStamp}) {
    if (timeStamp - wheeled > 400) push(deltaX, deltaY, 0);
    wheeled = timeStamp;
  }

  const close = () => { menu.open = false; };

  // In the next frame: what it changes may change sizes again.
  const sizes = new ResizeObserver(() => requestAnimationFrame(() => {
    if (list && !taped()) show(shown, "instant");
    if (box) fit();
  }));

  // Once the markup is there.
  function furnish() {
    if (page.classList.contains("run")) return;
    [clock, list, box, menu] = [".clock :is(time, .at)", ".list", ".box", "details"].map(find);
    if (box) {
      on(box.lastChild, "click", along);
      on(box.firstChild, "scroll", fit);
      sizes.observe(box);
      fit();
    }
    if (menu) {
      const around = menu.parentNode;
      on(around, "focusout", ({relatedTarget}) => around.contains(relatedTarget) || close());
      on(strip, "pointerleave", close);
      on(around, "keydown", ({key}) => {
        if (key !== "Escape" || !menu.open) return;
        close();
        menu.firstChild.focus();
      });
    }
    if (list) {
      on(find("#previous"), "click", () => turn(-1));
      on(find("#following"), "click", () => turn(1));
      list.removeAttribute("tabindex");
      on(list, "focusin", event => taped() || show(event.target.closest("li"), "instant"));
      on(list, "keydown", keyed);
      on(list, "wheel", wheel);
      on(list, "touchstart", ({touches}) => { [swiped] = touches; });
      // On the screen: within a frame that the page scrolls along with the finger, nothing goes up or down.
      on(list, "touchend", ({changedTouches: [to]}) => push(swiped.screenX - to.screenX, swiped.screenY - to.screenY, 40));
      sizes.observe(list);
      show(shown, "instant");
    }
    page.classList.add("run");
  }

  function ended() {
    sizes.disconnect();
    cancelAnimationFrame(rolling);
    clearInterval(stepping);
    page.classList.remove("run");
  }

  if (strip.firstChild) furnish();
  self.begin();
  return self;
}
