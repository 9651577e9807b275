// At the door: whoever is scanned, typed or ticked is kept in the browser first, then sent (unsent.js), with the time of the
// scan. Only the number is kept: names stand in the page alone.

const door = () => document.getElementById("door");
const { Unsent, newKey } = door() ? await import(door().dataset.unsentScript) : {};
const unsent = door() && new Unsent(door, `door:${door().dataset.door}`, { body, accepted, details, drained });

async function body(one) {
  const made = new URLSearchParams({ ticket: one.ticket, scan_key: one.key, scanned_at: one.at });
  if (one.people) made.set("people", one.people);
  return { body: made };
}

function accepted(one, said) {
  unsent.say(said.words.join(" "), "done");
}

function details(one) {
  return [new Date(one.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })];
}

// A ticket says more than its number: the address in the square code, or the end of it.
function numberOf(ticket) {
  const plain = ticket.normalize("NFKC").trim().toUpperCase().split("/").pop();
  return (plain.startsWith("CG-") ? plain.split("-")[1] : plain).replace(/[^0-9A-Z]/g, "");
}

function keep(form) {
  const ticket = form.elements.ticket.value.trim();
  if (!ticket) return;
  const number = numberOf(ticket);
  if (unsent.kept().some((one) => one.name === number && !one.refused)) {
    unsent.say(door().dataset.twice.replace("#", number));
  } else {
    unsent.say("");
    unsent.add({ key: newKey(), name: number, ticket, people: form.elements.people?.value, at: new Date().toISOString(), address: door().dataset.here });
  }
  mark();
  const field = door().querySelector(".scan [name=ticket]");
  if (form.contains(field)) field.value = "";
  else if (form.closest("#scanned")) form.closest("#scanned").remove();
  if (!form.closest("[data-expected]")) field.focus();
  else (expected().slice(expected().indexOf(form)).find((one) => !one.hidden)?.querySelector("button") ?? field).focus();
}

function expected() {
  return [...door().querySelectorAll("[data-expected] form[data-check-in]")];
}

// Who is kept is not pressed again: the row says so.
function mark() {
  const waiting = new Set(unsent.kept().map((one) => one.name));
  for (const form of expected()) {
    form.hidden = waiting.has(form.elements.ticket.value);
    form.nextElementSibling.hidden = !form.hidden;
  }
}

// Others check in too: who is expected and how many are here, as the server has it now.
async function drained() {
  const answer = await fetch(location.pathname === door().dataset.here ? location.href : door().dataset.here);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = expected().find((form) => form.contains(document.activeElement))?.elements.ticket.value;
  for (const part of ["[data-expected]", ".figures"]) {
    const [now, then] = [door().querySelector(part), fresh.querySelector(`#door ${part}`)];
    if (now && then) now.replaceWith(then);
  }
  mark();
  if (focused) (expected().find((form) => form.elements.ticket.value === focused) ?? door().querySelector(".scan")).querySelector("button").focus();
}

// The list is narrowed here while the server cannot be asked.
function narrow(words) {
  for (const row of door().querySelectorAll("[data-expected] tbody tr")) row.hidden = !row.textContent.toLowerCase().includes(words.trim().toLowerCase());
}

// Scanned with the camera without a connection, a ticket's address leads to the kept page: it stands in the field, to be pressed.
function take() {
  const [, ticket] = location.pathname.split(door().dataset.tickets);
  if (!ticket) return;
  history.replaceState(null, "", door().dataset.here);
  document.getElementById("scanned")?.remove();
  door().querySelector(".scan [name=ticket]").value = decodeURIComponent(ticket);
  door().querySelector(".scan button").focus();
}

if (unsent) {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("#door form[data-check-in]")) {
      event.preventDefault();
      keep(event.target);
    } else if (event.target.matches("#door form[data-filters]") && !navigator.onLine) {
      event.preventDefault();
    }
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target.matches("#door [data-filters] input") && !navigator.onLine) narrow(event.target.value);
  });
  document.addEventListener("htmx:afterSettle", () => { if (door()) { unsent.show(); mark(); } });
  take();
  mark();
  unsent.begin([door().dataset.here, door().dataset.tickets]);
}
