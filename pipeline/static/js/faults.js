// A list of faults: the phrases of a place are offered as soon as the place is chosen, and a chosen one goes into the
// words at once. Without this the button "put the chosen phrases in" does the same on the server.

const store = document.querySelector("template[data-phrases]");
const NAMES = { year: "年度", item: "项目", amount: "申报数" };

const kind = (place) => place.replace(/^figures\.\d+/, "figures");
const fits = (phrase, place) => kind(place) === phrase || kind(place).split(".")[0] === phrase;

function filled(text, place) {
  const known = store.content.querySelector(`data[value="${CSS.escape(place)}"]`)?.dataset ?? {};
  const values = Object.fromEntries(Object.entries(NAMES).map(([name, word]) => [word, known[name]]));
  return text.replace(/\{([^{}]+)\}/g, (_, word) => values[word] || `〔${word}〕`);
}

function offer(row) {
  const place = row.querySelector("[name=place]").value;
  const phrases = row.querySelector("[name=phrase]");
  phrases.length = 1;
  for (const phrase of store.content.querySelectorAll("option")) {
    if (!place || !fits(phrase.dataset.place, place)) continue;
    const option = phrase.cloneNode(true);
    option.textContent = filled(phrase.textContent, place);
    phrases.append(option);
  }
}

function take(row) {
  const phrases = row.querySelector("[name=phrase]");
  const says = row.querySelector("[name=says]");
  if (!phrases.value) return;
  says.value = [says.value.trimEnd(), phrases.selectedOptions[0].textContent].filter(Boolean).join("\n");
  phrases.value = "";
  says.dispatchEvent(new Event("input", { bubbles: true }));
  const blank = says.value.indexOf("〔");
  says.focus();
  if (blank >= 0) says.setSelectionRange(blank, says.value.indexOf("〕", blank) + 1);
}

if (store) {
  document.addEventListener("change", (event) => {
    const row = event.target.closest("[data-fault]");
    if (row && event.target.name === "place") offer(row);
    if (row && event.target.name === "phrase") take(row);
  });
}
