// The page of one headline: it tells, once it is seen, that it was opened, and which link was followed. A random id of
// this very page goes with it, kept nowhere, so that the same is counted once.
(() => {
  "use strict";
  const page = Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, "0")).join("");
  const tell = address => navigator.sendBeacon(address, page);

  document.addEventListener("DOMContentLoaded", () => {
    const print = document.querySelector(".print");
    print.hidden = false;
    print.addEventListener("click", () => window.print());
    seen();
  });

  function seen() {
    if (document.hidden || document.prerendering) document.addEventListener("visibilitychange", seen, {once: true});
    else tell(document.querySelector("main").dataset.view);
  }

  for (const kind of ["click", "auxclick"]) {
    document.addEventListener(kind, event => {
      const link = event.target.closest("a[ping]");
      if (!link || event.button > 1) return;
      tell(link.getAttribute("ping"));
      // The browser's own ping would tell it a second time.
      const ping = link.getAttribute("ping");
      link.removeAttribute("ping");
      setTimeout(() => link.setAttribute("ping", ping));
    });
  }
})();
