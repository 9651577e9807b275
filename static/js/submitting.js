// A form that is being sent says so on its button and is not sent twice. The server's idempotency key is
// what makes it safe; this only spares people the doubt.

const sending = new WeakSet();

function release(form) {
  sending.delete(form);
  for (const button of form.querySelectorAll("button[aria-busy]")) {
    button.removeAttribute("aria-busy");
    if (button.dataset.words) button.textContent = button.dataset.words;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (sending.has(form)) {
    event.preventDefault();
    return;
  }
  sending.add(form);
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement)) return;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.saving) {
    button.dataset.words = button.textContent;
    button.textContent = button.dataset.saving;
  }
  // A download or a lost connection leaves us on the page: let the person try again.
  setTimeout(() => release(form), 15000);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt?.closest?.("form");
  if (form) release(form);
});

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(release);
});
