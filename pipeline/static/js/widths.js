// Columns of a list made wider or narrower: by dragging the line at the end of their head, or by the arrow keys while it
// has the focus; Home gives the column the width it came with. What is chosen is kept with the account.

const STEP = 16, NARROWEST = 40, WIDEST = 900;
const table = document.querySelector("table[data-widths]");
const heads = table ? [...table.querySelectorAll("thead th[data-column]")].filter((head) => head.offsetParent) : [];
const ownWidths = new Map();
let changed = new Set(), waiting = 0;

const widthOf = (head) => Math.round(head.getBoundingClientRect().width);
const handleOf = (head) => head.querySelector("[role=separator]");

// From the first column that is set on, every column has the width it is given; until then the browser gives them.
function fix() {
  if (table.classList.contains("fixed")) return;
  const all = [...table.querySelectorAll("thead th")].filter((head) => head.offsetParent);
  const found = all.map(widthOf);
  all.forEach((head, place) => {
    ownWidths.set(head, found[place]);
    head.style.width = `${found[place]}px`;
  });
  table.classList.add("fixed");
  sum();
}

function sum() {
  const all = [...table.querySelectorAll("thead th")].filter((head) => head.offsetParent);
  table.style.width = `${all.reduce((whole, head) => whole + parseInt(head.style.width, 10), 0)}px`;
}

function set(head, wanted) {
  fix();
  const width = Math.max(NARROWEST, Math.min(WIDEST, Math.round(wanted)));
  head.style.width = `${width}px`;
  handleOf(head).setAttribute("aria-valuenow", width);
  sum();
}

function keep(head) {
  changed.add(head);
  clearTimeout(waiting);
  waiting = setTimeout(send, 600);
}

function send() {
  if (!changed.size) return;
  const body = new URLSearchParams();
  for (const head of changed) body.append("width", `${head.dataset.column}:${parseInt(head.style.width, 10)}`);
  changed = new Set();
  const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["x-csrftoken"] || "";
  fetch(table.dataset.widths, { method: "POST", body, headers: { "x-csrftoken": token }, keepalive: true }).catch(() => {});
}

function onKey(event, head) {
  const steps = { ArrowLeft: -STEP, ArrowRight: STEP };
  if (event.key in steps) set(head, widthOf(head) + steps[event.key]);
  else if (event.key === "Home") set(head, ownWidths.get(head) ?? widthOf(head));
  else return;
  event.preventDefault();
  event.stopPropagation();
  keep(head);
}

function onDrag(event, head) {
  event.preventDefault();
  const handle = event.currentTarget, from = event.clientX, width = widthOf(head);
  const move = (at) => set(head, width + at.clientX - from);
  const end = () => {
    handle.removeEventListener("pointermove", move);
    keep(head);
  };
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", end, { once: true });
}

for (const head of heads) {
  const handle = document.createElement("span");
  handle.className = "widen";
  handle.tabIndex = 0;
  const says = { role: "separator", "aria-orientation": "vertical", "aria-valuemin": NARROWEST, "aria-valuemax": WIDEST };
  for (const [name, value] of Object.entries(says)) handle.setAttribute(name, value);
  handle.setAttribute("aria-valuenow", widthOf(head));
  handle.setAttribute("aria-label", table.dataset.says.replace("{column}", head.textContent.trim()));
  handle.addEventListener("keydown", (event) => onKey(event, head));
  handle.addEventListener("pointerdown", (event) => onDrag(event, head));
  head.append(handle);
}
for (const head of heads) if (head.dataset.width) set(head, Number(head.dataset.width));
addEventListener("pagehide", send);
