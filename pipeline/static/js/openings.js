// What opens and closes: menus (<details data-opening>) and dialogs (data-opens="id of a <dialog>"). Links keep their address,
// so that everything is reached without a script too.

const openMenus = () => document.querySelectorAll("details[data-opening][open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (!dialog || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  dialog.showModal();
});

// A menu left by the Tab key would lie over what has the focus next.
document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A summary of faults is where reading goes on after a form came back.
document.getElementById("errors")?.focus();

// Why a day is due: the words of a chip's title, in a box where it is pointed at or focused; Esc takes it away. Without a
// script the browser shows the title itself. The place is set on the element's style object, which the policy allows.
const box = document.createElement("div");
box.className = "why";
box.role = "tooltip";
box.id = "why";
box.hidden = true;
document.body.append(box);
let shown = null;

function show(chip) {
  if (chip === shown) return;
  hide();
  shown = chip;
  box.textContent = chip.title;
  chip.dataset.why = chip.title;
  chip.removeAttribute("title");
  chip.setAttribute("aria-describedby", "why");
  box.hidden = false;
  const at = chip.getBoundingClientRect();
  const below = at.bottom + 6 + box.offsetHeight <= window.innerHeight;
  box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - 6 - box.offsetHeight)}px`;
}

function hide() {
  if (!shown) return;
  shown.title = shown.dataset.why;
  shown.removeAttribute("aria-describedby");
  shown = null;
  box.hidden = true;
}

const chipOf = (event) => event.target.closest?.(".due[title], .due[data-why]");

for (const name of ["pointerover", "focusin"])
  document.addEventListener(name, (event) => {
    const chip = chipOf(event);
    if (chip) show(chip);
    else if (!box.contains(event.target)) hide();
  });
document.addEventListener("focusout", hide);
document.addEventListener("scroll", hide, { capture: true, passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
});
