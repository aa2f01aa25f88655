// Preview and code follow the form: the script fetches the same page again and takes over the parts that differ.
(() => {
  "use strict";
  const page = document.documentElement;
  page.classList.add("js");
  document.addEventListener("DOMContentLoaded", () => {
    const find = id => document.getElementById(id), settings = document.body.dataset, form = find("options");
    let asking, waiting;

    const announce = text => { const status = find("status"); status.textContent = ""; setTimeout(() => { status.textContent = text; }, 50); };
    // Behind a proxy the server may not know its public address; the browser does.
    const ours = new URL(".", location.href).href.replace(/\/$/, "");
    const named = text => settings.fixed || !settings.base || settings.base === ours ? text : text.replaceAll(settings.base, ours);

    // --- code: names, buttons

    function dress() {
      for (const area of document.querySelectorAll("textarea")) {
        area.value = named(area.value);
        const label = area.closest(".code").querySelector(".label");
        if (label.querySelector("button")) continue;
        const button = document.createElement("button"), what = document.createElement("span");
        button.type = "button";
        what.className = "said";
        what.textContent = `: ${area.closest("details").querySelector("h3").textContent}, ${label.textContent.trim()}`;
        button.append(settings.copy, what);
        button.addEventListener("click", () => copy(area));
        label.append(button);
      }
      for (const policy of document.querySelectorAll(".policy code")) policy.textContent = named(policy.textContent);
    }

    async function copy(area) {
      try {
        await navigator.clipboard.writeText(area.value);
        announce(settings.copied);
      } catch {
        area.focus();
        area.select();
        announce(document.execCommand("copy") ? settings.copied : settings.byhand);
      }
    }

    // --- colours: a picker beside each field

    for (const field of document.querySelectorAll(".colour input")) {
      const picker = document.createElement("input");
      picker.type = "color";
      picker.setAttribute("aria-label", settings.pick.replace("%s", field.labels[0].textContent));
      const follow = () => { if (/^#?[0-9a-f]{6}$/i.test(field.value)) picker.value = "#" + field.value.replace("#", ""); };
      picker.addEventListener("input", () => { field.value = picker.value; });
      field.addEventListener("input", follow);
      follow();
      field.after(picker);
    }

    // --- live

    function later() {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 250);
    }

    function ask() {
      clearTimeout(waiting);
      const nothing = !form.querySelector("[name=show]:checked");
      const query = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value || (nothing && name === "show")));
      if (asking) asking.abort();
      // XMLHttpRequest parses a page without a Trusted Types policy; DOMParser would need one.
      asking = new XMLHttpRequest();
      asking.open("GET", `?${query}`);
      asking.responseType = "document";
      asking.timeout = 10e3;
      asking.onload = event => event.target.status === 200 && event.target.response ? take(event.target.response, query) : announce(settings.failed);
      asking.onerror = asking.ontimeout = () => announce(settings.failed);
      asking.send();
    }

    function take(fresh, query) {
      history.replaceState(null, "", `?${query}`);
      const drawn = form.elements.was, now = fresh.querySelector("[name=was]");
      if (drawn && now && drawn.value !== now.value) {
        drawn.value = now.value;
        // Another home has other languages, currencies and feeds.
        for (const field of form.querySelectorAll("[data-field]")) {
          field.replaceWith(document.importNode(fresh.querySelector(`[data-field="${field.dataset.field}"]`), true));
        }
      }
      const alone = fresh.getElementById("alone").getAttribute("href");
      if (find("alone").getAttribute("href") !== alone) {
        find("alone").setAttribute("href", alone);
        for (const [nth, rect] of document.querySelectorAll(".ground rect").entries()) {
          rect.setAttribute("fill", fresh.querySelectorAll(".ground rect")[nth].getAttribute("fill"));
        }
        find("preview").className = fresh.getElementById("preview").className;
        // Replaces the frame's history entry, so that "back" leaves this page.
        const frames = fresh.querySelectorAll("iframe.live");
        for (const [nth, frame] of document.querySelectorAll("iframe.live").entries()) {
          const next = frame.cloneNode();
          next.src = frames[nth].getAttribute("src");
          frame.replaceWith(next);
        }
      }
      for (const part of ["#alone", ".wides", ".phones"]) document.querySelector(part).hidden = fresh.querySelector(part).hidden;
      find("nothing").replaceChildren(...copies(fresh.getElementById("nothing")));
      find("ways").disabled = fresh.getElementById("ways").disabled;
      for (const old of document.querySelectorAll(".code")) {
        const now = fresh.getElementById(old.id);
        old.hidden = !now;
        if (!now) continue;
        const area = old.querySelector("textarea"), policy = old.querySelector(".policy code");
        const text = now.querySelector("textarea").textContent;
        if (area.value !== named(text)) area.value = text;
        area.rows = now.querySelector("textarea").rows;
        if (policy) policy.textContent = now.querySelector(".policy code").textContent;
      }
      for (const [nth, link] of document.querySelectorAll("#languages a, #also a").entries()) {
        link.href = fresh.querySelectorAll("#languages a, #also a")[nth].getAttribute("href");
      }
      dress();
      const messages = find("messages"), given = copies(fresh.getElementById("messages"));
      const changed = messages.textContent !== given.map(one => one.textContent).join("");
      messages.replaceChildren(...given);
      announce(changed && given.length ? messages.textContent.replace(/\s+/g, " ").trim() : settings.updated);
    }

    function copies(box) {
      return [...box.children].map(one => document.importNode(one, true));
    }

    addEventListener("message", ({data, source}) => {
      for (const frame of document.querySelectorAll("iframe.live")) {
        if (frame.contentWindow === source && data?.type === "rate-ticker:height") frame.style.blockSize = `${Math.min(+data.height, 400)}px`;
      }
    });
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", event => { event.preventDefault(); ask(); });
    dress();
  });
})();
