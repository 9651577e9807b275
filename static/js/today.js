// The day of a grid worker: steps are kept in the browser first, then sent, each once by its key. Without a connection
// they wait, photos and documents beside them. Kept by person: whoever else signs in at this phone neither sees nor sends them.

const day = document.getElementById("day");
// By the address that carries its version: under a bare one the service worker would keep an old one.
const { filesOf, forgetFiles, keepFiles, shrunk } = day ? await import(day.dataset.filesScript) : {};
const SHELF = day && `today:${day.dataset.day}`;
const list = day?.querySelector("[data-unsent]");
const line = day?.querySelector("[data-line]");
let isSending = false;

const kept = () => JSON.parse(localStorage.getItem(SHELF) ?? "[]");
const keep = (items) => (items.length ? localStorage.setItem(SHELF, JSON.stringify(items)) : localStorage.removeItem(SHELF));
const change = (key, values) => keep(kept().map((one) => (one.key === key ? { ...one, ...values } : one)));

function drop(key) {
  keep(kept().filter((other) => other.key !== key));
  forgetFiles(SHELF, key);
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(words, level = "soon") {
  line.hidden = !words;
  line.className = `flash ${level}`;
  line.textContent = words ?? "";
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "text-btn";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function show() {
  const items = kept();
  list.hidden = !items.length;
  list.querySelector("ul").replaceChildren(...items.map((one) => {
    const entry = document.createElement("li");
    const head = document.createElement("b");
    head.textContent = `${one.number} · ${one.words}`;
    const state = document.createElement("span");
    state.className = one.refused ? "tag late" : "tag soon";
    state.textContent = one.refused ? day.dataset.refused : day.dataset.waiting;
    entry.append(head, " ", state);
    if (one.text) entry.append(document.createElement("br"), one.text);
    if (one.files) entry.append(document.createElement("br"), day.dataset.files.replace("#", one.files));
    if (one.refused) {
      const open = document.createElement("a");
      open.href = `${day.dataset.work}/${one.number}`;
      open.textContent = day.dataset.open;
      const forget = button(day.dataset.forget, () => { drop(one.key); show(); send(); });
      entry.append(document.createElement("br"), one.refused, " ", open, " ", forget);
    }
    return entry;
  }));
}

async function post(one) {
  const files = one.files ? await filesOf(SHELF, one.key) : [];
  const body = one.files ? new FormData() : new URLSearchParams();
  for (const [name, value] of one.fields) body.append(name, value);
  for (const { name, file } of files) body.append(name, file, file.name);
  body.set("version", one.version);
  body.set("idempotency_key", one.key);
  body.set("csrf", day.querySelector("input[name=csrf]")?.value ?? document.querySelector("input[name=csrf]").value);
  return fetch(one.address, {
    method: "POST", body, redirect: "manual", headers: { accept: "application/json" }, signal: AbortSignal.timeout(files.length ? 120000 : 20000),
  });
}

// In the order in which they were written; what follows a refused one of the same grievance waits for the person.
async function send() {
  if (isSending || !kept().length) return;
  isSending = true;
  let sent = 0;
  try {
    for (;;) {
      const items = kept();
      const held = new Set(items.filter((one) => one.refused).map((one) => one.number));
      const one = items.find((item) => !item.refused && !held.has(item.number));
      if (!one) break;
      const answer = await post(one);
      if (answer.type === "opaqueredirect") { say(day.dataset.signin); return; }
      if (answer.status >= 500 || answer.status === 429) return;
      const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : { words: [] };
      if (answer.ok) {
        sent += 1;
        drop(one.key);
        const rest = kept();
        // What was written after it saw the grievance as this step has left it.
        keep(rest.map((other) => (other.number === one.number && other.version === one.version
          ? { ...other, version: String(said.version) } : other)));
      } else {
        change(one.key, { refused: said.words?.join(" ") || day.dataset.refused });
      }
      show();
    }
    if (sent && !kept().length) say(day.dataset.sent, "done");
    if (sent && !isTyping()) location.reload();
  } catch {
    say(day.dataset.offline);
  } finally {
    isSending = false;
    show();
  }
}

function isTyping() {
  return [...day.querySelectorAll("form[data-step] :is(textarea, input:not([type=hidden]))")].some((one) => (one.type === "file" ? one.files.length : one.value !== one.defaultValue));
}

// Only the buttons, and below them what was chosen: it goes with the step, not before.
function showChosen(field) {
  const inputs = [...field.querySelectorAll("input[type=file]")];
  field.querySelector(".taken").textContent = inputs.flatMap((one) => [...one.files].map((file) => file.name)).join(" · ");
}

function enhanceFiles() {
  for (const field of day.querySelectorAll("form[data-step] .photos")) {
    field.classList.add("is-live");
    field.querySelector(".taken").setAttribute("role", "status");
    field.addEventListener("change", () => showChosen(field));
    field.closest("form").addEventListener("reset", () => setTimeout(() => showChosen(field)));
  }
}

function enhance() {
  enhanceFiles();
  day.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-step]")) return;
    event.preventDefault();
    const given = [...new FormData(form)].filter(([name]) => !["csrf", "version", "idempotency_key"].includes(name));
    const chosen = given.filter(([, value]) => value instanceof File && value.size);
    const fields = given.filter(([, value]) => typeof value === "string");
    const text = fields.map(([, value]) => value).join(" ");
    const { number, words } = form.dataset;
    const step = { key: newKey(), number, words, text, fields, files: chosen.length, address: form.getAttribute("action"), version: form.elements.version.value };
    if (chosen.length) {
      try {
        await keepFiles(SHELF, step.key, await Promise.all(chosen.map(async ([name, file]) => ({ name, file: await shrunk(file) }))));
      } catch {
        say(day.dataset.full, "late");
        return;
      }
    }
    keep([...kept(), step]);
    form.reset();
    const panel = form.closest("details");
    if (panel) panel.open = false;
    show();
    send();
  });
  window.addEventListener("online", () => { say(""); send(); });
  window.addEventListener("offline", () => say(day.dataset.offline));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  setInterval(send, 20000);
  if (!navigator.onLine) say(day.dataset.offline);
  show();
  send();
}

async function begin() {
  if (!("serviceWorker" in navigator)) return;
  const made = await navigator.serviceWorker.register(day.dataset.worker, { scope: day.dataset.here });
  const ready = made.active ?? (await navigator.serviceWorker.ready).active;
  ready?.postMessage("keep");
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-sign-out]") || !day || !kept().length) return;
  if (!window.confirm(day.dataset.lost)) event.preventDefault();
});

if (day) {
  enhance();
  begin();
}
