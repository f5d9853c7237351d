// Money in a form marked data-unit="wan|yuan": the switch turns what is typed from one unit into the other by moving the
// decimal point of the text (never through a binary number), and each field tells its amount in the other unit.

const form = document.querySelector("form[data-unit]");
const PLACES = { wan: 4, yuan: 0 };

const plain = (text) =>
  text.normalize("NFKC").replace(/[,\s\u3000，]/g, "").replace(/^−/, "-");

function shifted(text, places) {
  const match = /^(-?)(\d*)\.?(\d*)$/.exec(plain(text));
  if (!match || !(match[2] || match[3])) return null;
  let [, sign, whole, rest] = match;
  if (places > 0) {
    rest = rest.padEnd(places, "0");
    [whole, rest] = [whole + rest.slice(0, places), rest.slice(places)];
  } else {
    whole = whole.padStart(1 - places, "0");
    [whole, rest] = [whole.slice(0, places || undefined), whole.slice(places) + rest];
  }
  rest = rest.replace(/0+$/, "").padEnd(2, "0");
  return `${sign}${whole.replace(/^0+(?=\d)/, "") || "0"}.${rest}`;
}

const grouped = (text) => text.replace(/\B(?=(\d{3})+(?=\.))/g, ",");

function echo(field) {
  const place = document.getElementById(field.dataset.echo ?? `${field.id}-echo`);
  if (!place) return;
  const other = form.dataset.unit === "wan" ? shifted(field.value, 4) : shifted(field.value, -4);
  place.textContent = other ? `${grouped(other)} ${form.dataset[form.dataset.unit === "wan" ? "yuan" : "wan"]}` : "";
}

function switchTo(unit) {
  const places = PLACES[form.dataset.unit] - PLACES[unit];
  if (!places) return;
  form.dataset.unit = unit;
  form.elements.unit.value = unit;
  for (const field of form.querySelectorAll("input[data-money]")) {
    field.value = shifted(field.value, places) ?? field.value;
    echo(field);
  }
  for (const mark of document.querySelectorAll("[data-unit-name]")) mark.textContent = form.dataset[unit];
  for (const link of document.querySelectorAll("a[data-switch-unit]"))
    link.toggleAttribute("aria-current", link.dataset.switchUnit === unit);
  form.dispatchEvent(new Event("input"));
}

if (form) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-switch-unit]");
    if (!link) return;
    event.preventDefault();
    switchTo(link.dataset.switchUnit);
  });
  form.addEventListener("input", (event) => event.target.matches("input[data-money]") && echo(event.target));
}
