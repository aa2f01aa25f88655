// Shared by strip and panel: each fetches its JSON twin again, marks itself outdated when its content has expired, stops
// and resumes by one control, and reports which headline was followed. Every word comes from the page or its twin.
const PERIOD = 60e3, PATIENCE = 20e3, DRIFT = 60e3, PAUSE = 300, CONTROL = "#pause, .pause";
const PAGE = Math.random().toString(36).slice(2);

const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

async function brought(url, more) {
  const answer = await fetch(url, {credentials: "omit", signal: AbortSignal.timeout(PATIENCE), ...more});
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

// States are classes of `page`; `part` is the element that changes. `twin` gives the address of the JSON and is called for
// each request; `apply` shows an answer, and `relabel` sees it first. `ticked` gets the time at least once a minute,
// whether the content has just expired, and the number of recent failures; `woken` is called when the page is shown or
// hidden, `toggled` when it is stopped or resumed, `ended` when it is taken away. `dressed` is a promise of all else that must be there before anything
// is shown; it is called with each request. `under` is a request under way; the first request waits for it.
function alive(page, part, own) {
  const said = part.dataset, twin = own.twin, ended = new AbortController(), signal = ended.signal;
  let offset = 0, failures = 0, asked, asking, wanted, source = twin(), under = own.under;
  let announced = said.status, ticking, refreshing;

  const live = () => page.classList.contains("live");
  const on = (node, kind, act) => node.addEventListener(kind, act, {signal, passive: kind !== "keydown"});
  const now = () => Date.now() + offset;
  const past = () => now() >= Date.parse(said.until);

  // --- truth: past `until` without a refresh, the page says so itself, also while paused or hidden

  function tick() {
    clearTimeout(ticking);
    const outdated = past() && !page.classList.contains("outdated");
    if (outdated) {
      page.classList.add("outdated");
      announce(said.outdatedStatus);
      if (!asking) again(Math.random() * PERIOD / 6);
    }
    own.ticked?.(now(), outdated, failures);
    const minute = PERIOD - now() % PERIOD, toUntil = Date.parse(said.until) - now();
    ticking = setTimeout(tick, (toUntil > 0 ? Math.min(minute, toUntil) : minute) + 20);
  }

  function announce(text) {
    if (announced && text !== announced) put(part.querySelector("[role=status]"), text);
    announced = text;
  }

  // --- refresh: spread over the period, slower after failures, never while paused or hidden

  // A page that shows nothing yet keeps asking.
  function refresh() {
    if (!document.hidden && (live() || !said.until)) ask().catch(() => {});
  }

  function again(wait = PERIOD * Math.min(10, 2 ** failures * (.75 + Math.random() / 2))) {
    clearTimeout(refreshing);
    refreshing = setTimeout(refresh, wait);
  }

  // The browser makes a conditional request: it has the ETag of the last answer.
  async function get(url) {
    const [answer] = await Promise.all([brought(url, {cache: "no-cache"}), own.dressed?.()]);
    return [answer.headers, await answer.json()];
  }

  // Ends when the latest request is shown. If options change on the way, the older answer is dropped. Several changes
  // in one task make one request, and there is one request under way unless its answer takes longer than PAUSE.
  function ask(insists) {
    const url = twin();
    clearTimeout(refreshing);
    wanted ||= insists;
    if (asking && url === asked) return asking;
    asked = url;
    const mine = asking = (async () => {
      let fault = null;
      await (under && Promise.race([under, new Promise(next => setTimeout(next, PAUSE))]));
      if (mine === asking) try {
        const got = get(url), over = () => { under = null; };
        under = got.then(over, over);
        const [headers, served] = await got;
        if (mine === asking && (live() || wanted || !said.until)) {
          // Trust the device's clock unless the server's differs by more than a minute.
          const date = Date.parse(headers.get("date")) + 1e3 * (headers.get("age") || 0), off = date - Date.now();
          if (date) offset = Math.abs(off) > DRIFT ? off : 0;
          // An older answer changes nothing, unless the request was another.
          if (url !== source || !(Date.parse(served.as_of) < Date.parse(said.asOf))) {
            show(served);
            source = url;
          }
        }
      } catch (met) {
        fault = met;
      }
      if (signal.aborted) throw new Error("removed");
      if (mine !== asking) return asking;
      asking = null;
      wanted = false;
      failures = fault ? failures + 1 : 0;
      tick();
      again();
      if (fault) throw fault;
    })();
    return mine;
  }

  function show(served) {
    const {words} = served;
    // While a release is taken in, an older process may answer; its figures would have no bank and day here.
    if (!words.lower) throw Error();
    own.relabel?.(served);
    page.classList.remove("outdated");
    Object.assign(said, {until: served.until, asOf: served.as_of || "", outdatedStatus: words.outdated_status});
    own.apply(served);
    label();
    announce(words.status);
  }

  // --- the one control, and what wakes a page

  function label() {
    const button = part.querySelector(CONTROL);
    button.ariaLabel = button.title = button.dataset[live() ? "pause" : "play"];
  }

  function wake() {
    tick();
    own.woken?.();
    refresh();
  }

  function toggle({target}) {
    if (!target.closest(CONTROL)) return;
    page.classList.toggle("live");
    own.toggled?.();
    label();
    wake();
  }

  // --- followed headlines: links lead straight to the publisher; a beacon with a random id of this page load reports the
  // click, so that two clicks count once. Without script the link's own ping reports it.

  function follow({target, button}) {
    const link = target.closest("a[ping]"), ping = link?.ping;
    if (!ping || button > 1) return;
    navigator.sendBeacon(new URL(ping, twin()), PAGE);
    // The browser's own ping would report it twice.
    link.ping = "";
    setTimeout(() => { link.ping = ping; });
  }

  function begin() {
    on(part, "click", toggle);
    on(page, "click", follow);
    on(page, "auxclick", follow);
    on(document, "visibilitychange", wake);
    on(window, "pageshow", event => event.persisted && wake());
    on(window, "online", wake);
    if (said.until) label();
    tick();
    own.woken?.();
    if (!said.until || now() < Date.parse(said.asOf || 0) || past()) refresh();
    else again();
  }

  function end() {
    ended.abort();
    asking = null;
    clearTimeout(ticking);
    clearTimeout(refreshing);
    own.ended?.();
  }

  return {live, on, begin, ask: () => ask(true), end};
}
