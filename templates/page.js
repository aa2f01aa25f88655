// The page for a frame: alive as soon as it is read, and it tells the page around it how high it is.
(page => {
  "use strict";
  page.classList.add("js", "coming");
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) page.classList.add("live");
  document.addEventListener("DOMContentLoaded", () => {
    page.classList.remove("coming");
    const twin = document.querySelector("link[type='application/json']").href;
    life(page, document.getElementById("strip"), () => twin);
    if (parent === window) return;
    new ResizeObserver(() => {
      parent.postMessage({type: "rate-ticker:height", height: Math.ceil(page.getBoundingClientRect().height)}, "*");
    }).observe(page);
  });
})(document.documentElement);
