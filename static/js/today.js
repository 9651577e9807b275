// The day of a grid worker: steps are kept in the browser first, then sent (unsent.js). Without a connection they wait,
// photos and documents beside them.

const day = document.getElementById("day");
// By addresses that carry their versions: under a bare one the service worker would keep an old one.
const { filesOf, forgetFiles, keepFiles, shrunk } = day ? await import(day.dataset.filesScript) : {};
const { Unsent, newKey } = day ? await import(day.dataset.unsentScript) : {};
const SHELF = day && `today:${day.dataset.day}`; // of the files; the words stand beside them under the same name
const unsent = day && new Unsent(() => day, SHELF, { body, accepted, details, drained, dropped: (key) => forgetFiles(SHELF, key) });

async function body(one) {
  const files = one.files ? await filesOf(SHELF, one.key) : [];
  const made = one.files ? new FormData() : new URLSearchParams();
  for (const [name, value] of one.fields) made.append(name, value);
  for (const { name, file } of files) made.append(name, file, file.name);
  made.set("version", one.version);
  made.set("idempotency_key", one.key);
  return { body: made, patience: files.length ? 120000 : 20000 };
}

// What was written after it saw the grievance as this step has left it.
function accepted(one, said) {
  unsent.keep(unsent.kept().map((other) => (other.number === one.number && other.version === one.version
    ? { ...other, version: String(said.version) } : other)));
}

function details(one) {
  return [one.text, one.files && day.dataset.files.replace("#", one.files)].filter(Boolean);
}

function drained(isEmpty) {
  if (isEmpty) unsent.say(day.dataset.sent, "done");
  if (!isTyping()) location.reload();
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
    const name = `${number} · ${words}`;
    const step = { key: newKey(), number, name, about: `${day.dataset.work}/${number}`, text, fields, files: chosen.length, address: form.getAttribute("action"), version: form.elements.version.value };
    if (chosen.length) {
      try {
        await keepFiles(SHELF, step.key, await Promise.all(chosen.map(async ([name, file]) => ({ name, file: await shrunk(file) }))));
      } catch {
        unsent.say(day.dataset.full, "late");
        return;
      }
    }
    unsent.add(step);
    form.reset();
    const panel = form.closest("details");
    if (panel) panel.open = false;
  });
}

if (day) {
  enhance();
  unsent.begin([day.dataset.here]);
}
