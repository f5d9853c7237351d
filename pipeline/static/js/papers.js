// Papers in a form marked data-papers="<address>": files chosen, dropped, pasted or photographed go to the server piece by
// piece, each with its progress. After a break a file goes on from the byte the server names. Nothing is put into the
// browser's own storage: the same file chosen again tomorrow is known by its name and size. Without this script the form
// sends the files whole.

const form = document.querySelector("form[data-papers]");
const list = form?.querySelector("[data-under-way]");
const PIECE = 512 * 1024;
const AGAIN = [500, 1000, 2000, 4000, 8000];
const PATIENCE = 30_000;
const waiting = [];
let running = false;
let left = 0;

const token = () => form.elements.csrfmiddlewaretoken;
const pause = (milliseconds) => new Promise((go) => {
  const timer = setTimeout(go, milliseconds);
  addEventListener("online", () => (clearTimeout(timer), go()), { once: true });
});

function row(file) {
  const item = document.createElement("li");
  const name = document.createElement("b");
  const says = document.createElement("span");
  const bar = document.createElement("progress");
  name.textContent = file.name;
  says.className = "d";
  says.textContent = form.dataset.waiting;
  bar.max = file.size || 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  item.append(name, bar, says);
  list.append(item);
  return { item, says, bar, name };
}

function add(files) {
  for (const file of files) {
    left += 1;
    waiting.push({
      file,
      line: row(file),
      purpose: form.elements.purpose.value,
      proves: form.elements.proves.value,
    });
  }
  if (!running) run();
}

async function run() {
  running = true;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    await send(next).catch(() => tell(next.line, form.dataset.failed, "bad"));
    left -= 1;
  }
  running = false;
}

function tell(line, text, tone = "") {
  line.says.textContent = text;
  line.item.dataset.tone = tone;
}

async function digest(file) {
  if (!globalThis.crypto?.subtle) return "";
  const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(sum)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

async function send({ file, line, purpose, proves }) {
  tell(line, form.dataset.hashing);
  const about = new URLSearchParams({ name: file.name, size: file.size, purpose, proves, sha256: await digest(file) });
  const begin = () => asked(line, 0, () => post(form.dataset.papers, about));
  let begun = await begin();
  if (!begun.url || begun.says) return refused(line, begun);
  let offset = begun.offset;
  for (;;) {
    show(line, file, offset);
    const at = offset;
    const body = file.slice(at, at + PIECE);
    const answer = await asked(line, percent(file, at), () => post(`${begun.url}?offset=${at}`, body));
    if (answer.done) return arrived(line, file, answer);
    if (answer.gone) { // given up elsewhere, or whole already and the answer was lost on the way
      begun = await begin();
      if (!begun.url || begun.says) return refused(line, begun);
      offset = begun.offset;
      continue;
    }
    if (answer.says || answer.offset === undefined) return refused(line, answer);
    offset = answer.offset;
  }
}

// Asks until there is an answer: a broken line and a server that is down are waited for, a lost session is told.
async function asked(line, sent, ask) {
  for (let failures = 0; ; failures += 1) {
    const answer = await ask().catch(() => null);
    if (answer?.headers.get("content-type")?.startsWith("application/json")) return answer.json();
    if (answer?.status === 404) return { gone: true };
    const ended = answer && (answer.type === "opaqueredirect" || answer.status === 403);
    if (answer && !ended && answer.status < 500) return {};
    tell(line, ended ? form.dataset.ended : form.dataset.broken.replace("{n}", sent), "warn");
    await pause(AGAIN[Math.min(failures, AGAIN.length - 1)]);
    if (ended) await renewToken();
  }
}

const post = (url, body) => fetch(url, {
  method: "POST",
  body,
  headers: {
    "X-CSRFToken": token().value,
    ...(body instanceof Blob ? { "Content-Type": "application/octet-stream" } : {}),
  },
  redirect: "manual",
  signal: AbortSignal.timeout(PATIENCE),
});

async function renewToken() {
  const page = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (!page?.ok) return;
  const found = new DOMParser().parseFromString(await page.text(), "text/html");
  const fresh = found.querySelector("form[data-papers] [name=csrfmiddlewaretoken]");
  if (fresh) token().value = fresh.value;
}

const percent = (file, offset) => Math.floor((100 * offset) / (file.size || 1));

function show(line, file, offset) {
  line.bar.value = offset;
  tell(line, form.dataset.sending.replace("{n}", percent(file, offset)));
}

function link(line, url, text) {
  const to = document.createElement("a");
  to.href = url;
  to.textContent = text;
  to.className = "underlined";
  line.name.replaceChildren(to);
}

function arrived(line, file, answer) {
  line.bar.value = file.size;
  link(line, answer.url, answer.title);
  const better = answer.hint ? ` · ${form.dataset.better.replace("{name}", answer.hint)}` : "";
  tell(line, `${form.dataset.arrived} · ${answer.state}${better}`, "good");
}

function refused(line, answer) {
  line.bar.remove();
  if (answer.url) link(line, answer.url, line.name.textContent);
  tell(line, answer.says || form.dataset.failed, answer.held ? "warn" : "bad");
}

if (form) {
  const place = form.querySelector("[data-drop]");
  form.querySelector("[data-drop-says]").hidden = false;
  form.addEventListener("submit", (event) => {
    const inputs = [form.elements.chosen, form.elements.camera];
    const files = inputs.flatMap((input) => [...input.files]);
    if (!files.length && !left && !list.children.length) return; // the server says what is missing
    event.preventDefault();
    for (const input of inputs) input.value = "";
    add(files);
  });
  for (const name of ["dragover", "drop"])
    addEventListener(name, (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  addEventListener("dragover", () => place.toggleAttribute("data-over", true));
  addEventListener("dragleave", (event) => event.relatedTarget || place.toggleAttribute("data-over", false));
  addEventListener("drop", (event) => {
    place.toggleAttribute("data-over", false);
    add([...(event.dataTransfer?.files ?? [])]);
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const day = new Date().toISOString().slice(0, 10);
    add(files.map((file) => new File([file], file.name.replace(/^image\./, `${form.dataset.pasted} ${day}.`), { type: file.type })));
  });
  addEventListener("beforeunload", (event) => left && event.preventDefault());
}
