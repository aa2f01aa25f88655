// The page of one headline: reports that it was opened, once it is visible, and which link was followed. The report has a
// random id of this page load, stored nowhere, so that each counts once.
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
      // The browser's own ping would report it twice.
      const ping = link.getAttribute("ping");
      link.removeAttribute("ping");
      setTimeout(() => link.setAttribute("ping", ping));
    });
  }
})();
