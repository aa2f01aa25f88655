// Preview and code follow the form: the script fetches the same page again and takes over the parts that differ.
const page = document.documentElement, PAUSE = 200, PATIENCE = 10e3;
page.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  const find = id => document.getElementById(id), settings = document.body.dataset, form = find("options");
  let asking, waiting, moved = "";

  // A status that says the same again is heard only where it was empty in between.
  function announce(text, box = find("status")) {
    box.textContent = "";
    setTimeout(() => { box.textContent = text; }, 50);
  }

  // Behind a proxy the server may not know its public address; the browser does.
  const ours = new URL(".", location.href).href.replace(/\/$/, "");
  const mistaken = settings.base && !settings.fixed && settings.base !== ours;
  function named(root) {
    if (!mistaken) return;
    for (const one of root.querySelectorAll("#code textarea, .policy code")) {
      one.textContent = one.textContent.replaceAll(settings.base, ours);
    }
  }


  const stop = () => { clearTimeout(waiting); asking?.abort(); };

  function later() {
    stop();
    waiting = setTimeout(ask, PAUSE);
  }

  function query(submitter) {
    const nothing = !form.querySelector("[name=show]:checked");
    const pairs = [...new FormData(form)].filter(([name, value]) =>
      !name.startsWith("n.") && (value || (nothing && name === "show")));
    if (submitter?.name) pairs.push([submitter.name, submitter.value]);
    if (moved) pairs.push(["moved", moved]);
    pairs.push(["live", "yes"]);  // styles for a script to apply: this page's policy allows no others
    return new URLSearchParams(pairs);
  }

  function ask(submitter, then) {
    stop();
    // XMLHttpRequest parses a page without a Trusted Types policy; DOMParser would need one.
    asking = new XMLHttpRequest();
    asking.open("GET", `?${query(submitter)}`);
    asking.responseType = "document";
    asking.timeout = PATIENCE;
    const failed = () => announce(settings.failed);
    asking.onload = ({target}) => {
      if (target.status !== 200 || !target.response) return failed();
      take(target.response);
      then?.();
    };
    asking.onerror = asking.ontimeout = failed;
    asking.send();
  }

  function take(fresh) {
    const focused = document.activeElement?.id, said = fresh.getElementById("status").textContent;
    moved = "";
    named(fresh);
    morph(document.body, fresh.body);
    history.replaceState(null, "", settings.address);
    if (focused && document.activeElement?.id !== focused) find(focused)?.focus();
    announce(settings.nothing ? said : settings.updated);
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


  const rows = orderedRows(form, {
    changed: (name, ordered = true) => { if (ordered) moved = name; later(); },
    speak: text => announce(text, find("spoken")),
  });
  menus(form);

  function added(button) {
    const [, name, member] = button.value.split(".");
    ask(button, () => {
      const menu = find(`add-${name}`), row = find(`row-${name}-${member}`);
      if (menu) menu.open = false;
      (menu?.querySelector("summary") || row?.querySelector(".drop"))?.focus();
      if (row) rows.tell(row);
    });
  }

  form.addEventListener("submit", event => {
    const button = event.submitter;
    event.preventDefault();
    if (!button?.name) ask();
    else if (!rows.pressed(button)) (button.value.startsWith("add.") ? added : ask)(button);
  });
  form.addEventListener("click", ({target}) => {
    const button = target.closest("[data-copy], .set");
    if (button?.dataset.copy) copy(document.querySelector(button.dataset.copy));
    else if (button) pick(find(button.dataset.for));
  });
  form.addEventListener("input", ({target}) => {
    if (target.type === "color") find(target.dataset.for).value = target.value;
    later();
  });
  form.addEventListener("change", later);

  function pick(picker) {
    try {
      picker.showPicker();
    } catch {
      find(picker.dataset.for).focus();
    }
  }

  named(document);
});
