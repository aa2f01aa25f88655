// The panel's page: starts as soon as it is parsed, prints itself when it was opened for printing, and reports its height
// to the page around it.
const page = document.documentElement;
page.classList.add("js");
page.classList.toggle("framed", parent !== window);
if (!matchMedia("(prefers-reduced-motion: reduce)").matches) page.classList.add("live");
document.addEventListener("DOMContentLoaded", () => {
  const twin = document.querySelector("link[type='application/json']").href;
  panelLife(page, document.getElementById("panel"), () => twin);
  if (location.hash === "#print") print();
  if (parent === window) return;
  // The height in which nothing would scroll.
  new ResizeObserver(() => {
    const read = document.querySelector(".read"), hidden = read ? read.scrollHeight - read.clientHeight : 0;
    parent.postMessage({type: "rate-ticker:height", height: Math.ceil(page.getBoundingClientRect().height) + hidden}, "*");
  }).observe(page);
});
