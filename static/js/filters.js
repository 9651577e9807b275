// Keeps addresses short: a filter that is not set does not stand in the address.

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
