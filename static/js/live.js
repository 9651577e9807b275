// Says what changed after a part of the page was filled in place, and what went wrong when it was not.

const live = document.getElementById("live");

function say(words) {
  if (!live || !words) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = words; });
}

function focusFirst(root) {
  const found = root.matches?.("[data-focus]") ? root : root.querySelector?.("[data-focus]");
  if (!found) return;
  found.focus({ preventScroll: true });
  found.scrollIntoView({ block: "start" });
}

function showFailure(words) {
  if (!words) return;
  document.querySelector("#main > .flash[data-failure]")?.remove();
  const box = document.createElement("div");
  box.className = "flash late";
  box.dataset.failure = "";
  box.setAttribute("role", "alert");
  box.textContent = words;
  document.getElementById("main").prepend(box);
  box.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.target?.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target?.removeAttribute("aria-busy");
  if (event.detail.successful) document.querySelector("#main > .flash[data-failure]")?.remove();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const filled = event.detail.target;
  if (!filled?.querySelector) return;
  const told = filled.querySelector("[data-announce]");
  say(told?.dataset.announce || told?.textContent.trim());
  focusFirst(filled);
  // A page turned in place took its own link away: the list takes the focus, not the top of the document.
  if (document.activeElement === document.body && event.detail.requestConfig?.elt?.rel) {
    filled.setAttribute("tabindex", "-1");
    filled.focus({ preventScroll: true });
  }
});

document.addEventListener("htmx:sendError", () => showFailure(live?.dataset.offline));
document.addEventListener("htmx:timeout", () => showFailure(live?.dataset.offline));
document.addEventListener("htmx:responseError", () => showFailure(live?.dataset.failed));

focusFirst(document);
