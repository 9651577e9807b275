// The queue by keyboard: j and k go from row to row, x ticks, a assigns, ? shows the keys. Enter opens, as links do.

const rows = () => [...document.querySelectorAll("[data-queue] tbody tr")];
const keys = document.getElementById("keys");
if (keys) keys.hidden = false;

function isTyping(target) {
  return target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

function go(step) {
  const all = rows();
  const here = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1)];
  const link = next?.querySelector("a[data-row]");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

function tick() {
  const row = document.activeElement?.closest("[data-queue] tbody tr");
  row?.querySelector("input[name=pick]")?.click();
}

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-queue]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) return;
  const acts = {
    j: () => go(1),
    k: () => go(-1),
    x: tick,
    a: () => document.getElementById("bulk-assignee")?.focus(),
    "?": () => { keys.open = !keys.open; keys.scrollIntoView({ block: "nearest" }); },
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

function count() {
  const told = document.querySelector("[data-ticked]");
  const ticked = document.querySelectorAll("input[name=pick]:checked").length;
  if (told) told.textContent = ticked ? `(${ticked})` : "";
}

document.addEventListener("change", (event) => { if (event.target.name === "pick") count(); });
document.addEventListener("htmx:afterSettle", count);
count();
