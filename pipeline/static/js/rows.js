// Keys of a list: J and K move, Enter opens, X selects, Esc clears; a button with data-key="R" is pressed by R.
// <html data-keys="off"> turns single keys off. A table marked data-rows is a list; its boxes are called "chosen".

const page = document.documentElement;
const list = document.querySelector("table[data-rows]");
const rows = list ? [...list.querySelectorAll("tbody tr:not(.group)")] : [];
const boxes = () => (list ? [...list.querySelectorAll("input[name=chosen]")] : []);
const batch = document.querySelector("[data-batch]");
let at = -1;

function goTo(next) {
  if (!rows.length) return;
  rows[at]?.classList.remove("at");
  at = Math.max(0, Math.min(rows.length - 1, next));
  rows[at].classList.add("at");
  rows[at].scrollIntoView({ block: "nearest" });
  rows[at].querySelector("a.firm, a")?.focus({ preventScroll: true });
}

function showBatch() {
  if (!batch) return;
  const chosen = boxes().filter((box) => box.checked).length;
  batch.hidden = chosen === 0;
  const count = batch.querySelector("[data-says]");
  if (count) count.textContent = count.dataset.says.replace("{n}", chosen);
}

function choose(box, checked) {
  if (!box) return;
  box.checked = checked;
  showBatch();
}

const acts = {
  j: () => goTo(at + 1),
  k: () => goTo(at - 1),
  x: () => choose(rows[at]?.querySelector("input[name=chosen]"), !rows[at]?.querySelector("input[name=chosen]")?.checked),
  "[": () => (page.dataset.rail = page.dataset.rail === "folded" ? "" : "folded"),
  "?": () => document.getElementById("keys")?.showModal(),
};

function isTyping(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || page.dataset.keys === "off" || isTyping(event.target)) return;
  if (event.key === "Escape") return boxes().forEach((box) => choose(box, false));
  const key = event.key.toLowerCase();
  const act = acts[key];
  const button = act || !/^[a-z]$/.test(key) ? null : document.querySelector(`[data-key="${key.toUpperCase()}"]`);
  if (!act && !button) return;
  event.preventDefault();
  act ? act() : button.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-all]")) boxes().forEach((box) => (box.checked = event.target.checked));
  if (event.target.matches("input[data-all], input[name=chosen]")) showBatch();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-clear]")) boxes().forEach((box) => choose(box, false));
});

showBatch();
