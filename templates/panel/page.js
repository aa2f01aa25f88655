// The panel's page: alive as soon as it is read. It prints itself where it was opened to be printed, and tells the page
// around it how high it is.
const page = document.documentElement;
page.classList.add("js");
if (!matchMedia("(prefers-reduced-motion: reduce)").matches) page.classList.add("live");
document.addEventListener("DOMContentLoaded", () => {
  const twin = document.querySelector("link[type='application/json']").href;
  panelLife(page, document.getElementById("panel"), () => twin);
  if (location.hash === "#print") print();
  if (parent === window) return;
  new ResizeObserver(() => {
    parent.postMessage({type: "rate-ticker:height", height: Math.ceil(page.getBoundingClientRect().height)}, "*");
  }).observe(page);
});
