// The page for a frame: alive as soon as it is read, and it tells the page around it how high it is.
const page = document.documentElement, LOADING = 2e3, ANEW = 60e3;
// What refreshes follow of a preset that the operator has changed; the rest needs the page anew.
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
    // Half a page stands as it does without script, until there is a whole one.
    page.classList.remove("js", "live");
    setTimeout(anew, ANEW);
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
  new ResizeObserver(() => {
    parent.postMessage({type: "rate-ticker:height", height: Math.ceil(page.getBoundingClientRect().height)}, "*");
  }).observe(page);
}

function look(address) {
  const said = new URL(address, location).searchParams;
  for (const name of said.get("headlines") === "0" ? FOLLOWED : [...FOLLOWED, "headlines"]) said.delete(name);
  return `${said}`;
}

// Not under a reader's focus, nor at once again where a cache on the way still has the old page: the next refresh asks.
function leave() {
  const held = document.hasFocus() && document.activeElement !== document.body;
  if (!held && performance.now() > ANEW / 2) anew();
}

// Asked for first: a browser's own page about an error would stay for good.
async function anew() {
  const answer = await fetch(location.href, {cache: "reload"}).catch(() => null);
  if (answer?.ok) location.reload();
  else if (!page.classList.contains("js")) setTimeout(anew, ANEW);
}
