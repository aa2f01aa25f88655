// The ordered lists: rows are moved by a pointer, by their buttons and by Alt and an arrow, and the menu of what may be
// added. `changed(name)` is called with the list's name after its rows have moved; `speak` says the new place aloud.

function orderedRows(form, {changed, speak}) {
  const said = document.body.dataset;
  const listOf = row => row.closest(".rows").dataset.name;

  function tell(row) {
    const all = [...row.parentNode.children];
    speak(said.place.replace("%w", row.dataset.label).replace("%n", all.indexOf(row) + 1).replace("%m", all.length));
  }

  function move(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return tell(row);
    passed(row, other, by);
    tell(row);
    changed(listOf(row));
  }

  // The other row goes to the other side: the moved one keeps the focus and the pointer.
  function passed(row, other, by) {
    if (by < 0) row.after(other);
    else row.before(other);
  }

  function drop(row) {
    if (row.parentNode.children.length < 2) return;
    const next = row.nextElementSibling || row.previousElementSibling, name = listOf(row);
    speak(said.dropped.replace("%w", row.dataset.label));
    row.remove();
    next.querySelector(".drop").focus();
    changed(name, false);
  }

  // Whether the button is one that a row has, which needs no answer of the service.
  function pressed(button) {
    const row = button.closest(".row");
    if (!row) return false;
    if (button.classList.contains("drop")) drop(row);
    else move(row, button.classList.contains("up") ? -1 : 1);
    return true;
  }

  form.addEventListener("keydown", event => {
    const row = event.target.closest(".row");
    if (!row || !event.altKey || !/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1);
  });

  form.addEventListener("pointerdown", event => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button) return;
    event.preventDefault();
    const row = grip.closest(".row"), before = [...row.parentNode.children], ended = new AbortController();
    grip.setPointerCapture(event.pointerId);
    row.classList.add("dragged");
    const drag = ({clientY}) => {
      const [above, below] = [row.previousElementSibling, row.nextElementSibling];
      if (above && clientY < middle(above)) passed(row, above, -1);
      else if (below && clientY > middle(below)) passed(row, below, 1);
    };
    const end = () => {
      ended.abort();
      row.classList.remove("dragged");
      if ([...row.parentNode.children].every((one, nth) => one === before[nth])) return;
      tell(row);
      changed(listOf(row));
    };
    const {signal} = ended;
    grip.addEventListener("pointermove", drag, {signal});
    grip.addEventListener("pointerup", end, {signal});
    grip.addEventListener("pointercancel", end, {signal});
  });

  const middle = row => { const box = row.getBoundingClientRect(); return box.top + box.height / 2; };

  return {pressed, tell};
}

// A menu is closed by Escape and by what happens outside; arrows and first letters lead through it.
function menus(form) {
  const open = () => form.querySelector(".add[open]");
  document.addEventListener("pointerdown", ({target}) => { if (!target.closest(".add[open]")) open()?.removeAttribute("open"); });
  form.addEventListener("focusin", ({target}) => { if (!target.closest(".add[open]")) open()?.removeAttribute("open"); });
  form.addEventListener("keydown", event => {
    const menu = event.target.closest(".add[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    const buttons = [...menu.querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
    const next = led(event, buttons, at);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

function led({key, altKey, ctrlKey, metaKey}, buttons, at) {
  const last = buttons.length - 1;
  if (altKey || ctrlKey || metaKey) return null;
  if (key === "ArrowDown") return buttons[Math.min(at + 1, last)];
  if (key === "ArrowUp") return buttons[Math.max(at - 1, 0)];
  if (key === "Home") return buttons[0];
  if (key === "End") return buttons[last];
  if (!/^\p{L}$/u.test(key)) return null;
  const begins = one => one.textContent.trim().toLowerCase().startsWith(key.toLowerCase());
  return [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)].find(begins);
}
