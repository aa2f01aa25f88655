// The page for a frame: starts as soon as it is parsed, and reports its height to the page around it.
const page = document.documentElement, LOADING = 2e3, AGAIN = 60e3;
// Preset options that a refresh can follow after the operator changed them; the others need a new page.
const FOLLOWED = ["currencies", "feeds", "digits", "motion", "speed"];
const seen = () => page.classList.remove("coming");
const moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;
setTimeout(seen, LOADING);
page.classList.add("js", "coming");
page.classList.toggle("live", moves);
document.addEventListener("DOMContentLoaded", () => {
  seen();
  try {
    begin(document.querySelector("link[type='application/json']").href);
  } catch (fault) {
    // Half a page stays as it is without script, until a whole one loads.
    page.classList.remove("js", "live");
    setTimeout(again, AGAIN);
    throw fault;
  }
});

function begin(twin) {
  const named = new URLSearchParams(location.search).has("preset");
  life(page, document.getElementById("strip"), {
    twin: () => named ? new URL(location.search, twin).href : twin,
    relabel: served => named && look(served.links.self) !== look(twin) && leave(),
  });
  if (parent === window) return;
  const bar = document.querySelector(".bar");
  new ResizeObserver(() => parent.postMessage({type: "rate-ticker:height", height: bar.offsetHeight}, "*")).observe(bar);
}

function look(address) {
  const said = new URL(address, location).searchParams;
  for (const name of said.get("headlines") === "0" ? FOLLOWED : [...FOLLOWED, "headlines"]) said.delete(name);
  return `${said}`;
}

// Not under a reader's focus, nor at once again where a cache on the way still has the old page: the next refresh asks.
function leave() {
  const held = document.hasFocus() && document.activeElement !== document.body;
  if (!held && performance.now() > AGAIN / 2) again();
}

// Fetch first: the browser's own error page would stay for good.
async function again() {
  const answer = await fetch(location.href, {cache: "reload"}).catch(() => null);
  if (answer?.ok) location.reload();
  else if (!page.classList.contains("js")) setTimeout(again, AGAIN);
}
