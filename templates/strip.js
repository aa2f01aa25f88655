// The life of a strip: clock, motion, refresh. Every word comes from the page or its JSON twin; nothing is stored.
// The page for a frame (page.js) and the element (embed.js) both live by it.
const life = (() => {
  "use strict";
  const STEP = 7e3, PACE = 40, PERIOD = 60e3, LONGEST = 600e3, PATIENCE = 20e3, DRIFT = 60e3, PAUSE = 300;
  const PAGE = crypto.getRandomValues(new Uint32Array(4)).join("-");
  return start;

  // States are classes of `page`; `twin` says where the JSON is, and is asked anew each time; `relabel` sees it first.
  // `dressed` promises what else has to be there before anything is shown; it is asked along with each question. `under`
  // is what is under way, and the first question waits for it as for one before.
  function start(page, strip, twin, relabel = () => {}, dressed = () => {}, under = null) {
    const said = strip.dataset, ended = new AbortController(), signal = ended.signal;
    const find = selector => strip.querySelector(selector);
    const clock = find(".clock :is(time, .at)"), list = find(".list"), pause = find("#pause");
    let offset = 0, failures = 0, asked = "", asking = null, wanted = false, source = twin();
    let shown = null, announced = said.status, face;
    let ticking, refreshing, stepping, rolling, rolled, place = 0;

    const live = () => page.classList.contains("live");
    const now = () => Date.now() + offset;
    const past = () => now() >= Date.parse(said.until);
    const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
    const set = (node, name, value) => { if (node.getAttribute(name) !== value) node.setAttribute(name, value); };

    // --- clock and truth: past `until` without another look, the page says so itself, also while paused or hidden

    function tick() {
      clearTimeout(ticking);
      if (clock && live() && said.zone) {
        face ||= new Intl.DateTimeFormat("en-GB", {timeZone: said.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
        put(clock, face.format(now()));
        clock.dateTime = clock.textContent;
      }
      if (past()) outdate();
      const toMinute = PERIOD - now() % PERIOD, toUntil = Date.parse(said.until) - now();
      ticking = setTimeout(tick, (toUntil > 0 ? Math.min(toMinute, toUntil) : toMinute) + 20);
    }

    function outdate() {
      if (page.classList.contains("outdated")) return;
      page.classList.add("outdated");
      put(find(".bank .name"), said.outdated);
      put(find(".bank .unit"), "");
      put(find(".bank .day"), said.outdatedDay);
      put(find(".when"), said.tomorrow);
      for (const time of strip.querySelectorAll(".list time")) put(time, time.dataset.dated);
      announce(said.outdatedStatus);
      if (!asking) refreshAfter(Math.random() * PERIOD / 6);
    }

    function announce(text) {
      if (announced && text !== announced) put(find("[role=status]"), text);
      announced = text;
    }

    // --- refresh: spread over the period, slower after failures, never while paused or hidden

    // One that shows nothing yet goes on asking.
    const due = () => !document.hidden && (live() || !said.until);

    function refreshAfter(wait) {
      clearTimeout(refreshing);
      if (due()) refreshing = setTimeout(refresh, wait);
    }

    async function get(url) {
      const [answer] = await Promise.all([
        fetch(url, {cache: "no-cache", credentials: "omit", signal: AbortSignal.timeout(PATIENCE)}), dressed(),
      ]);
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      return [answer.headers, await answer.json()];
    }

    // Ends when what was asked for last is shown. Options may change on the way: then the older answer counts no more.
    // Change as they may, there is one question under way, unless its answer takes longer than PAUSE.
    function ask(url, insists) {
      clearTimeout(refreshing);
      wanted ||= insists;
      if (asking && url === asked) return asking;
      asked = url;
      const mine = asking = (async () => {
        let fault = null;
        if (under) await Promise.race([under, new Promise(next => setTimeout(next, PAUSE))]);
        if (url === asked && !signal.aborted) try {
          const got = get(url), over = () => { under = null; };
          under = got.then(over, over);
          const [headers, served] = await got;
          if (mine === asking && (live() || wanted || !said.until)) {
            correct(headers);
            // An older answer changes nothing, unless it is to another question.
            if (url !== source || !(Date.parse(served.as_of) < Date.parse(said.asOf))) {
              relabel(served);
              apply(served);
              source = url;
            }
          }
        } catch (met) {
          fault = met;
        }
        if (signal.aborted) throw new Error(`${url}: removed`);
        if (mine !== asking) return asking;
        asking = null;
        wanted = false;
        failures = fault ? failures + 1 : 0;
        tick();
        refreshAfter(Math.min(LONGEST, PERIOD * 2 ** failures * (.75 + Math.random() / 2)));
        if (fault) throw fault;
      })();
      return mine;
    }

    const refresh = () => ask(twin(), false).catch(() => {});

    // The device's clock is believed unless the server's is more than a minute away.
    function correct(headers) {
      const served = Date.parse(headers.get("date")) + 1e3 * (headers.get("age") || 0);
      if (served) offset = Math.abs(served - Date.now()) > DRIFT ? served - Date.now() : 0;
    }

    // --- replacing only what changed, by key

    function apply({as_of, until, state, zone, words, rates, headlines, look}) {
      page.classList.remove("outdated");
      Object.assign(said, {
        asOf: as_of || "", until, state, zone, tomorrow: words.tomorrow_dated, count: words.count,
        outdated: words.outdated, outdatedDay: words.outdated_day, outdatedStatus: words.outdated_status,
      });
      if (look && look.motion !== said.motion) {
        said.motion = look.motion;
        relay();
        restep();
      }
      if (look) Object.assign(said, {frame: look.frame, speed: look.speed});
      put(find(".bank .name"), words.bank_name);
      put(find(".bank .unit"), words.bank_rest);
      put(find(".bank .day"), words.day);
      if (find(".rates")) sync(find(".rates"), rates.map(rate => [rate.currency, rate]), clone, fillRate);
      if (list) {
        const seen = taped() ? inView().map(node => [node, node.offsetLeft - place]) : [];
        const later = find(".later"), drawn = rates.filter(rate => rate.next && rate.next.text);
        for (const node of strip.querySelectorAll(".updated")) put(node, words.updated);
        find(".age").toggleAttribute("data-empty", !words.updated);
        put(find(".none"), headlines.length ? "" : words.headlines_none);
        put(find(".when"), words.tomorrow);
        later.toggleAttribute("data-empty", !drawn.length);
        sync(later, rates.map(rate => [rate.currency, rate]), clone, fillLater);
        sync(list, headlines.map(headline => [headline.id, headline]), () => makeHeadline(words), fillHeadline);
        if (taped()) {
          const [anchor, ahead] = seen.find(([node]) => node.isConnected) || [];
          if (anchor) list.scrollLeft = place = anchor.offsetLeft - ahead;
          roll(0);
        } else show(shown, "instant");
      }
      label();
      announce(words.status);
    }

    // What has the focus, or is seen on the tape, is neither moved nor taken away.
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

    function fillRate(node, rate) {
      set(node, "data-state", rate.freshness);
      set(node, "data-trend", rate.trend || "");
      put(node.querySelector(".said"), rate.spoken);
      put(node.querySelector(".code"), rate.currency);
      put(node.querySelector(".figure"), rate.text);
      put(node.querySelector(".next"), rate.next ? rate.next.text : "");
      put(node.querySelector(".change"), rate.change_text);
      put(node.querySelector(".doubt"), rate.next && rate.next.freshness === "late" ? rate.next.mark : "");
      put(node.querySelector(".mark"), rate.mark);
    }

    function fillLater(node, {currency, next, trend}) {
      node.hidden = !(next && next.text);
      set(node, "data-trend", trend || "");
      put(node.querySelector(".code"), currency);
      put(node.querySelector(".next"), next ? next.text : "");
      set(node, "data-state", next ? next.freshness : "");
      put(node.querySelector(".mark"), next ? next.mark : "");
    }

    function makeHeadline(words) {
      const [node, item, text, time, link, title, window, publisher] =
        ["li", "span", "span", "time", "a", "span", "span", "span"].map(tag => document.createElement(tag));
      Object.assign(link, {target: "_blank", rel: "noopener"});
      Object.assign(window, {className: "said", textContent: `, ${words.new_window}`});
      item.className = "item";
      text.className = "text";
      publisher.className = "publisher";
      link.append(title, window);
      text.append(time, " ", link);
      item.append(text, " ", publisher);
      node.append(item);
      return node;
    }

    function fillHeadline(node, headline) {
      const time = node.querySelector("time"), link = node.querySelector("a"), title = link.firstElementChild;
      put(time, headline.time);
      set(time, "datetime", headline.published_at);
      set(time, "data-dated", headline.dated);
      set(link, "href", headline.url);
      set(title, "lang", headline.language);
      put(title, headline.title);
      put(node.querySelector(".publisher"), headline.publisher);
    }

    // --- motion. The list wraps whole headlines into lines; a step scrolls to the next line.
    // A tape is one line that scrolls along; what has left it on one side is moved, uncloned, behind its end.

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

    // Stopped, a tape stands as whole headlines: cut off at an edge, none could be read.
    function relay() {
      if (!list || said.motion !== "scroll") return;
      for (const node of list.children) node.style.translate = "";
      if (!taped()) list.scrollLeft = place = 0;
      show(shown, "instant");
    }

    // Under the pointer and under the keyboard's focus nothing steps away.
    const looked = () => find(".news:hover, .news:focus-within, .controls :focus-visible:not(#pause)");

    // --- the one control, and what wakes a page

    function label() {
      const text = live() ? pause.dataset.pause : pause.dataset.play;
      set(pause, "aria-label", text);
      pause.title = text;
    }

    function wake() {
      tick();
      restep();
      if (due()) refresh();
      else clearTimeout(refreshing);
    }

    function end() {
      ended.abort();
      sizes.disconnect();
      asking = null;
      cancelAnimationFrame(rolling);
      for (const timer of [ticking, refreshing, stepping]) clearTimeout(timer);
    }

    pause.addEventListener("click", () => {
      page.classList.toggle("live");
      if (clock) find(".asof").hidden = false;
      relay();
      label();
      wake();
    }, {signal});
    document.addEventListener("visibilitychange", wake, {signal});
    addEventListener("pageshow", event => event.persisted && wake(), {signal});
    addEventListener("online", wake, {signal});
    const sizes = new ResizeObserver(() => taped() || show(shown, "instant"));

    if (list) {
      for (const [id, by] of [["#previous", -1], ["#following", 1]]) {
        find(id).addEventListener("click", () => {
          step(by);
          restep();
        }, {signal});
      }
      // Links lead straight to the publisher. That one was followed is told with a random id of this page load, so that
      // twice is once; without script the link's own ping tells it.
      for (const link of list.querySelectorAll("[ping]")) link.removeAttribute("ping");
      for (const kind of ["click", "auxclick"]) list.addEventListener(kind, ({target, button}) => {
        const id = button < 2 && target.closest("a")?.closest("li").dataset.key;
        if (id) navigator.sendBeacon(new URL(`click/${id}`, twin()), PAGE);
      }, {signal});
      list.removeAttribute("tabindex");
      list.addEventListener("focusin", event => taped() || show(event.target.closest("li"), "instant"), {signal});
      sizes.observe(list);
      show(null, "instant");
    }
    label();
    tick();
    restep();
    page.classList.add("run");
    if (!said.until || now() < Date.parse(said.asOf || 0) || past()) refresh();
    else refreshAfter(PERIOD * (.75 + Math.random() / 2));
    return {ask: () => ask(twin(), true), end};
  }
})();
