// A cursor over the days of the picture, for pointer and keyboard. Words, figures and places are the page's own: a
// slider whose value is a day, and whose text is that day with its figures.
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  const reader = document.querySelector(".reader"), narrow = matchMedia("(width < 560px)");
  const {places, days, lines, span, pictures} = JSON.parse(document.getElementById("reading").textContent);
  const last = places.length - 1, label = reader.querySelector(".on"), dots = [...reader.querySelectorAll(".dot")];
  let at = last;

  const picture = () => pictures[narrow.matches ? 0 : 1];
  const share = (part, whole) => `${100 * part / whole}%`;

  function show(place) {
    at = Math.max(0, Math.min(last, place));
    const {size: [width, height], edges: [left, right], tops, high} = picture();
    const x = left + (right - left) * (places[at] + .5) / span;
    reader.style.setProperty("--x", share(x, width));
    reader.classList.toggle("late", x > width / 2);
    label.textContent = days[at];
    lines.forEach(({texts, at: heights}, nth) => {
      const dot = dots[nth], below = heights[at];
      dot.firstChild.textContent = texts[at];
      dot.classList.toggle("empty", below === null);
      dot.style.top = share(tops[nth] + 4 + (high - 8) * (below ?? .5), height);
    });
    reader.setAttribute("aria-valuenow", at);
    reader.setAttribute("aria-valuetext", [days[at], ...lines.map(({name, texts}) => `${name}: ${texts[at]}`)].join("; "));
  }

  // The day under the pointer; of a long span, the nearest that can be pointed at.
  function pointed({clientX}) {
    const box = reader.getBoundingClientRect(), {size: [width], edges: [left, right]} = picture();
    const day = ((clientX - box.left) * width / box.width - left) / (right - left) * span - .5;
    let nearest = 0;
    places.forEach((place, nth) => { if (Math.abs(place - day) < Math.abs(places[nearest] - day)) nearest = nth; });
    show(nearest);
  }

  const STEPS = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity};

  function pressed(event) {
    const step = STEPS[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") reader.classList.remove("read");
    if (!step) return;
    event.preventDefault();
    reader.classList.add("read");
    show(at + step);
  }

  show(last);
  for (const kind of ["pointerdown", "pointermove"]) reader.addEventListener(kind, event => {
    reader.classList.add("read");
    pointed(event);
  });
  reader.addEventListener("pointerleave", ({pointerType}) => {
    if (pointerType === "mouse" && document.activeElement !== reader) reader.classList.remove("read");
  });
  reader.addEventListener("focus", () => reader.classList.add("read"));
  reader.addEventListener("blur", () => reader.classList.remove("read"));
  reader.addEventListener("keydown", pressed);
  narrow.addEventListener("change", () => show(at));
});
