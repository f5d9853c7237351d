// The panel "what if": a slider moves its number box and the other way round; a while after the last change the outcome
// alone is fetched anew. The address keeps the values, so that the page can be shown to somebody.

const WAIT_MS = 250;
const form = document.querySelector("form[data-what-if]");
const outcome = document.querySelector("[data-outcome]");
let waiting;
let asked;

async function tryOut() {
  const query = new URLSearchParams(new FormData(form));
  history.replaceState(null, "", `?${query}`);
  query.set("part", form.dataset.whatIf);
  asked?.abort();
  asked = new AbortController();
  outcome.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`?${query}`, { signal: asked.signal });
    if (!answer.ok || answer.redirected) return form.submit();
    outcome.innerHTML = await answer.text();
    outcome.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(tryOut, WAIT_MS);
};

if (form) {
  for (const range of form.querySelectorAll("input[data-moves]")) {
    const box = document.getElementById(range.dataset.moves);
    range.hidden = false;
    const places = Number(range.max) > 50 ? 0 : Number.isInteger(Number(box.value)) ? 0 : 2;
    range.addEventListener("input", () => (box.value = Number(range.value).toFixed(places)));
    box.addEventListener("input", () => (range.value = box.value));
  }
  form.querySelector("[data-try]").hidden = true;
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tryOut();
  });
}
