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

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A summary of faults is where reading goes on after a form came back.
document.getElementById("errors")?.focus();
