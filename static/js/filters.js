// Keeps addresses short: a filter that is not set does not stand in the address.
// Fields that say so search as one types: when the typing pauses, and not while an input method composes a word.

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches?.("[data-filters]")) return;
  const values = event.detail.formData;
  if (!values) return;
  for (const name of new Set(values.keys())) {
    const kept = values.getAll(name).filter((value) => value !== "");
    values.delete(name);
    kept.forEach((value) => values.append(name, value));
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get" || form.hasAttribute("hx-get") && "htmx" in window) return;
  const empty = [...form.elements].filter((control) => control.name && control.value === "" && !control.disabled);
  empty.forEach((control) => { control.disabled = true; });
  // Back to the page as it was, for those who return to it.
  setTimeout(() => empty.forEach((control) => { control.disabled = false; }));
});

const PAUSE = 300;
const waiting = new WeakMap();
let sought = null;

function typed(event) {
  const field = event.target;
  if (!field.matches?.("[data-filters] [data-instant]") || !("htmx" in window)) return;
  clearTimeout(waiting.get(field));
  if (event.type === "input" && event.isComposing) return;
  waiting.set(field, setTimeout(() => htmx.trigger(field.form, "paused"), PAUSE));
}

document.addEventListener("input", typed);
document.addEventListener("compositionend", typed);
document.addEventListener("change", ({ target }) => clearTimeout(waiting.get(target)));

// What was sent by a change or a press of Enter need not be sent again when the pause is over.
document.addEventListener("submit", (event) => {
  for (const field of event.target.querySelectorAll?.("[data-instant]") ?? []) clearTimeout(waiting.get(field));
}, true);

// One way back from a search, however often the typing paused; and none to the same address.
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const { history, requestConfig } = event.detail;
  const isTyped = requestConfig?.triggeringEvent?.type === "paused";
  if (history.type !== "push") return;
  if (isTyped && sought === location.href || new URL(history.path, location.href).href === location.href) history.type = "replace";
  sought = isTyped ? new URL(history.path, location.href).href : null;
});
