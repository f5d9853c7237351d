// Keeps what is typed into a form marked data-autosave="<address>" on the server, at the latest a second after the first
// key that is not kept yet. Nothing is put into the browser's own storage. The answer tells what is wrong with or asked of
// each field; a block of cells pasted from a sheet comes back as the fields it fills.

const form = document.querySelector("form[data-autosave]");
const place = document.querySelector("[data-save-state]");
const WAIT = 900;
const AGAIN = [1000, 2000, 4000, 8000];
const PATIENCE = 10_000;

let timer = 0;
let dirty = false;
let failures = 0;
let running = null;

const says = (text) => place && place.textContent !== text && (place.textContent = text);
const content = (more = {}) => {
  const data = new URLSearchParams(new FormData(form));
  data.delete("paste");
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  return data;
};

function later(milliseconds) {
  if (!timer) timer = setTimeout(keep, milliseconds);
}

function keep() {
  timer = 0;
  if (running) return running;
  running = send().finally(() => {
    running = null;
    if (dirty) later(failures ? AGAIN[Math.min(failures, AGAIN.length) - 1] : WAIT);
  });
  return running;
}

async function send() {
  dirty = false;
  says(form.dataset.saving);
  const answer = await ask(content());
  if (answer === null) {
    dirty = true;
    return;
  }
  failures = 0;
  if (!answer) return;
  says(form.dataset.saved.replace("{time}", answer.saved));
  tell(answer);
}

// The answer, null where it has to be tried again, false where trying again is of no use.
async function ask(data) {
  let answer;
  try {
    answer = await fetch(form.dataset.autosave, {
      method: "POST", body: data, redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return failed(form.dataset.offline);
  }
  if (answer.ok) return answer.json().catch(() => failed(form.dataset.offline));
  if (answer.type === "opaqueredirect" || answer.status === 403) {
    await renewToken();
    return failed(form.dataset.ended);
  }
  if (answer.status >= 500) return failed(form.dataset.offline);
  says(form.dataset.refused);
  return false;
}

function failed(text) {
  failures += 1;
  says(text);
  return null;
}

// Who signs in again gets a new token; the page that is open still has the old one.
async function renewToken() {
  try {
    const page = await fetch(location.href, { redirect: "manual" });
    const match = page.ok && /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await page.text());
    if (match) for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = match[1];
  } catch {
    // the next try asks again
  }
}

function tell({ errors, asks, checks }) {
  for (const field of form.querySelectorAll("input[data-money], input.num")) {
    const error = errors[field.name] ?? "";
    field.toggleAttribute("aria-invalid", Boolean(error));
    if (error) field.setAttribute("aria-invalid", "true");
    const text = document.getElementById(`${field.id}_error`);
    if (text) text.textContent = error ? `${field.name.split("-").pop()}: ${error}` : "";
  }
  for (const [name, text] of Object.entries(asks)) {
    const asked = form.querySelector(`[data-ask="${name}"]`);
    if (!asked) continue;
    asked.hidden = !text && !asked.querySelector("input")?.value;
    if (text) asked.querySelector("[data-says]").textContent = text;
  }
  for (const [name, text] of Object.entries(checks)) {
    const check = form.querySelector(`[data-check="${name}"]`);
    if (check) check.textContent = text;
  }
}

async function paste(field, text) {
  const answer = await ask(content({ paste: text, anchor: field.name }));
  if (!answer) {
    dirty = true;
    later(WAIT);
    return;
  }
  for (const [name, value] of Object.entries(answer.cells)) {
    const cell = form.elements[name];
    if (cell) cell.value = value;
  }
  tell(answer);
  const left = answer.unplaced.length ? ` ${form.dataset.unplaced.replace("{names}", answer.unplaced.join(" "))}` : "";
  says(form.dataset.saved.replace("{time}", answer.saved) + left);
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.name === "paste") return;
    dirty = true;
    later(WAIT);
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!event.target.matches("input.num") || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    paste(event.target, text);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    timer = 0;
    dirty = false;
    if (!running) return;
    event.preventDefault(); // what is under way must not arrive after the record was saved
    running.finally(() => form.requestSubmit(event.submitter));
  });
  addEventListener("online", () => dirty && keep());
  addEventListener("pagehide", () => dirty && navigator.sendBeacon(form.dataset.autosave, content()));
  addEventListener("beforeunload", (event) => failures && dirty && event.preventDefault());
}
