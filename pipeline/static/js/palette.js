// Ctrl-K: the find field as a dialog. The server answers with a fragment; arrows move through it, Enter follows.

const palette = document.getElementById("palette");
const found = () => [...palette.querySelectorAll("#palette-found a, #palette-found button")];

function move(step) {
  const entries = found();
  if (!entries.length) return;
  const now = entries.findIndex((entry) => entry.classList.contains("at"));
  entries[now]?.classList.remove("at");
  const next = entries[(now + step + entries.length) % entries.length];
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
}

function follow(event) {
  const chosen = palette.querySelector(".at") ?? found()[0];
  if (!chosen) return;
  event.preventDefault();
  chosen.click();
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    palette.showModal();
    palette.querySelector("input").select();
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") return follow(event);
    else return;
    event.preventDefault();
  });
}
