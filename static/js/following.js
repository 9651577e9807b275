// Keeps a page as it stands by now: the server says when it has become another one, and it is drawn again in place.
// Only while it is looked at, since browsers open few connections to a site; never over what somebody is typing.

const main = () => document.querySelector("main[data-seen]");
let source = null;

function isTyping() {
  if (document.activeElement?.closest("main form")) return true;
  return [...document.querySelectorAll("main :is(input, textarea, select)")].some((control) => {
    if (control.type === "hidden") return false;
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control instanceof HTMLSelectElement) {
      const first = [...control.options].findIndex((one) => one.defaultSelected);
      return control.selectedIndex !== Math.max(first, 0);
    }
    return control.value !== control.defaultValue;
  });
}

function offer() {
  const here = main();
  if (here.querySelector(":scope > .flash[data-changed]")) return;
  const box = document.createElement("div");
  box.className = "flash soon";
  box.dataset.changed = "";
  box.setAttribute("role", "status");
  box.textContent = here.dataset.changedWords;
  here.prepend(box);
}

function draw() {
  if (isTyping()) {
    offer();
    return;
  }
  // As if the page came back from history: then it is drawn whole.
  const headers = { "HX-History-Restore-Request": "true" };
  // Settled at once: nothing can be opened between the swap and the settling, which would close it again.
  const swap = "outerHTML settle:0ms";
  window.htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap, headers });
}

// What is open when the page arrives stays open, and what somebody has begun to type by then is not written over.
let opened = [];

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "main") return;
  if (isTyping()) {
    event.detail.shouldSwap = false;
    offer();
    return;
  }
  opened = [...document.querySelectorAll("main details[id][open]")].map((one) => one.id);
});

// After the settling, which takes away what the server did not say.
document.addEventListener("htmx:afterSettle", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  opened = [];
});

function follow() {
  if (source || !main()) return;
  const address = new URL(location.href);
  address.searchParams.set("seen", main().dataset.seen);
  source = new EventSource(address);
  source.addEventListener("changed", draw);
}

function leave() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : follow()));
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", () => { if (!document.hidden) follow(); });
if (!document.hidden) follow();
