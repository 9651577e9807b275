// Ready words are put into the form's text where it stands, without loading the page again.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-ready]")) return;
  const text = document.getElementById(form.dataset.ready);
  const words = form.querySelector("select")?.selectedOptions[0]?.dataset.words;
  if (!text || !words) return;
  event.preventDefault();
  const before = text.value && !/\s$/.test(text.value) ? `${text.value}\n` : text.value;
  text.value = (before + words).slice(0, text.maxLength > 0 ? text.maxLength : undefined);
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
});

// What the pages that stand without a connection have kept goes with the session; the server says so too, where the browser listens to it.
document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("form[data-sign-out]") || event.defaultPrevented) return;
  Object.keys(localStorage).filter((name) => name.startsWith("kept:")).forEach((name) => localStorage.removeItem(name));
  if (!("caches" in window)) return;
  caches.keys().then((names) => names.filter((name) => name.startsWith("kept-")).forEach((name) => caches.delete(name)));
  navigator.serviceWorker?.getRegistrations().then((all) => all.forEach((one) => one.unregister()));
});
