// The life of a panel: truth and refresh. What it shows comes from the server as nodes, and what changed is put in the
// place of what was there; no wording or markup is decided here.
// It changes by itself (a headline comes, a figure of tomorrow appears), so it has the one control that stops that
// (WCAG 2.2.2), and, like the strip, it starts stopped where a reader asked for less motion.
const panelLife = (() => {
  "use strict";
  const PERIOD = 60e3, LONGEST = 600e3, PATIENCE = 20e3, DRIFT = 60e3;
  const TAGS = /^(div|section|h2|h3|p|ul|ol|li|a|span|time|table|caption|thead|tbody|tr|th|td|button|svg|path)$/;
  return start;

  // States are classes of `page`; `twin` says where the JSON is, and is asked anew each time; `relabel` sees it first.
  function start(page, panel, twin, relabel = () => {}) {
    const said = panel.dataset, ended = new AbortController(), signal = ended.signal;
    const find = selector => panel.querySelector(selector);
    let offset = 0, failures = 0, asked = "", asking = null, wanted = false, source = twin();
    let announced = said.status, ticking, refreshing;

    const live = () => page.classList.contains("live");
    const now = () => Date.now() + offset;
    const past = () => now() >= Date.parse(said.until);

    // --- truth: past `until` without another look, the panel says so itself, also while paused or hidden

    function tick() {
      clearTimeout(ticking);
      if (past() && !page.classList.contains("outdated")) {
        page.classList.add("outdated");
        announce(said.outdatedStatus);
        if (!asking) refreshAfter(Math.random() * PERIOD / 6);
      }
      const left = Date.parse(said.until) - now();
      ticking = setTimeout(tick, (left > 0 ? Math.min(PERIOD, left) : PERIOD) + 20);
    }

    function announce(text) {
      if (announced && text !== announced) find("[role=status]").textContent = text;
      announced = text;
    }

    // --- refresh: spread over the period, slower after failures, never while paused or hidden

    const due = () => !document.hidden && (live() || !said.until);

    function refreshAfter(wait) {
      clearTimeout(refreshing);
      if (due()) refreshing = setTimeout(refresh, wait);
    }

    // The browser asks on condition: it has the ETag of what it was answered last.
    function ask(url, insists) {
      clearTimeout(refreshing);
      wanted ||= insists;
      if (asking && url === asked) return asking;
      asked = url;
      const mine = asking = (async () => {
        let fault = null;
        try {
          const answer = await fetch(url, {cache: "no-cache", credentials: "omit", signal: AbortSignal.timeout(PATIENCE)});
          if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
          const served = await answer.json();
          if (mine === asking && !signal.aborted && (live() || wanted || !said.until)) {
            const date = Date.parse(answer.headers.get("date")) + 1e3 * (answer.headers.get("age") || 0);
            if (date) offset = Math.abs(date - Date.now()) > DRIFT ? date - Date.now() : 0;
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
        if (signal.aborted) throw new Error(`${url}: removed before it was shown`);
        if (mine !== asking) return asking;
        asking = null;
        wanted = false;
        failures = fault ? failures + 1 : 0;
        page.classList.toggle("behind", failures > 0);
        tick();
        refreshAfter(Math.min(LONGEST, PERIOD * 2 ** failures * (.75 + Math.random() / 2)));
        if (fault) throw fault;
      })();
      return mine;
    }

    const refresh = () => ask(twin(), false).catch(() => {});

    function apply({as_of, until, words, look, nodes}) {
      page.classList.remove("outdated");
      Object.assign(said, {asOf: as_of || "", until, frame: look.frame, outdatedStatus: words.outdated_status});
      const board = find(".board");
      if (board) change(board, nodes);
      else panel.prepend(built(nodes));
      label();
      announce(words.status);
    }

    // --- nodes: [tag, attributes, ...children]

    function built(node) {
      if (typeof node === "string") return new Text(node);
      const [tag, attributes, ...children] = node;
      if (!TAGS.test(tag)) throw new Error(`a panel has no <${tag}>`);
      const svg = tag === "svg" || tag === "path";
      const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
      for (const [name, value] of attributesOf(attributes)) made.setAttribute(name, value);
      made.append(...children.map(built));
      return made;
    }

    // In somebody else's page an address is still one of the service.
    const attributesOf = attributes => Object.entries(attributes).filter(([name]) => !name.startsWith("on")).map(([name, value]) =>
      [name, name === "href" || name === "ping" ? new URL(value, twin()).href : value]);

    // What has the focus is neither moved nor taken away.
    const held = node => node.contains(panel.getRootNode().activeElement);

    function change(old, node) {
      if (typeof node === "string") {
        if (old.data !== node) old.data = node;
        return;
      }
      const [, attributes, ...children] = node;
      if ("data-own" in attributes) return;
      for (const name of old.getAttributeNames()) if (!(name in attributes)) old.removeAttribute(name);
      for (const [name, value] of attributesOf(attributes)) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
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

    // --- which headlines are followed: told with a random id of this page, kept nowhere, so that the same counts once

    const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, "0")).join("");

    function follow(event) {
      const link = event.target.closest("a[ping]"), ping = link && link.getAttribute("ping");
      if (!ping || event.button > 1) return;
      navigator.sendBeacon(new URL(ping, twin()).href, id);
      // The browser's own would tell it a second time.
      link.removeAttribute("ping");
      setTimeout(() => link.setAttribute("ping", ping));
    }

    // --- the one control, and what wakes a page

    function label() {
      const pause = find(".pause");
      if (!pause) return;
      const text = live() ? pause.dataset.pause : pause.dataset.play;
      pause.setAttribute("aria-label", text);
      pause.title = text;
    }

    function wake() {
      tick();
      if (due()) refresh();
      else clearTimeout(refreshing);
    }

    function end() {
      ended.abort();
      asking = null;
      for (const timer of [ticking, refreshing]) clearTimeout(timer);
    }

    panel.addEventListener("click", follow, {signal});
    panel.addEventListener("auxclick", follow, {signal});
    panel.addEventListener("click", event => {
      if (!event.target.closest(".pause")) return;
      page.classList.toggle("live");
      label();
      wake();
    }, {signal});
    document.addEventListener("visibilitychange", wake, {signal});
    addEventListener("pageshow", event => event.persisted && wake(), {signal});
    addEventListener("online", wake, {signal});
    label();
    tick();
    if (!said.until || now() < Date.parse(said.asOf || 0) || past()) refresh();
    else refreshAfter(PERIOD * (.75 + Math.random() / 2));
    return {ask: () => ask(twin(), true), end};
  }
})();
