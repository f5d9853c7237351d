// Ctrl-K: the find field as a dialog. The server answers with a fragment that says what it is for (data-for); arrows move
// through it, Enter follows. Enter before the answer waits for it: what an older one offered is never followed.

const palette = document.getElementById("palette");
const field = palette?.querySelector("input[name=q]");
const found = () => [...palette.querySelectorAll("#palette-found a, #palette-found button")];
const answers = () => palette.querySelector("#palette-found [data-for]")?.dataset.for === field.value.trim();
let waiting = false;

function move(step) {
  const entries = found();
  if (!entries.length) return;
  const now = entries.findIndex((entry) => entry.classList.contains("at"));
  entries[now]?.classList.remove("at");
  const next = entries[now < 0 && step < 0 ? entries.length - 1 : (now + step + entries.length) % entries.length];
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
}

function follow() {
  (palette.querySelector(".at") ?? found()[0])?.click();
}

function entered(event) {
  if (!answers() && !window.htmx) return; // the form finds it on a page of its own
  event.preventDefault();
  waiting = !answers();
  if (!waiting) follow();
}

if (field) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    if (!palette.open) palette.showModal();
    field.select();
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key === "Enter") return entered(event);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    move(event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  });
  field.addEventListener("input", () => (waiting = false));
  document.addEventListener("htmx:afterSwap", () => {
    if (!waiting || !answers()) return;
    waiting = false;
    follow();
  });
  // However it was opened: what can be done here is offered before anything is typed.
  new MutationObserver(() => palette.open && field.dispatchEvent(new Event("opened"))).observe(palette, {
    attributeFilter: ["open"],
  });
}
