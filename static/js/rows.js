// Rows that repeat in a form: add one, remove one. Without this the server's spare empty rows serve.

function renumber(rows) {
  const name = rows.dataset.rows;
  const index = new RegExp(`^(${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\W)\\d+`);
  [...rows.children].filter((row) => row.matches(".row-group")).forEach((row, number) => {
    row.querySelector("[data-number-here]").textContent = rows.dataset.number.replace("#", number + 1);
    row.setAttribute("aria-label", rows.dataset.number.replace("#", number + 1));
    for (const node of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const attribute of ["name", "id", "for", "aria-describedby"]) {
        const value = node.getAttribute(attribute);
        if (value) node.setAttribute(attribute, value.split(" ").map((part) => part.replace(index, `$1${number}`)).join(" "));
      }
    }
  });
}

function clear(row) {
  row.querySelectorAll(".wrong").forEach((error) => error.remove());
  row.querySelectorAll(".is-wrong").forEach((field) => field.classList.remove("is-wrong"));
  for (const control of row.querySelectorAll("input, select, textarea")) {
    control.removeAttribute("aria-invalid");
    if (control.type === "checkbox" || control.type === "radio") control.checked = control.defaultChecked = false;
    else if (control instanceof HTMLSelectElement) control.selectedIndex = 0;
    else control.value = control.defaultValue = "";
  }
}

function button(words, kind) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = words;
  return made;
}

function addRemover(rows, row) {
  const remove = button(rows.dataset.remove, "text-btn");
  remove.addEventListener("click", () => {
    const beside = row.nextElementSibling?.matches(".row-group") ? row.nextElementSibling : row.previousElementSibling;
    if (beside) {
      row.remove();
      renumber(rows);
    } else {
      clear(row);
    }
    (beside ?? row).querySelector("input, select, textarea")?.focus();
  });
  row.querySelector(".number").append(remove);
}

function enhance(rows) {
  if (rows.dataset.ready !== undefined) return;
  rows.dataset.ready = "";
  const first = rows.querySelector(".row-group");
  if (!first) return;
  const blank = first.cloneNode(true);
  clear(blank);
  rows.querySelectorAll(":scope > .row-group").forEach((row) => addRemover(rows, row));
  const add = button(rows.dataset.add, "btn quiet small");
  add.addEventListener("click", () => {
    const row = blank.cloneNode(true);
    addRemover(rows, row);
    rows.insertBefore(row, add);
    renumber(rows);
    row.querySelector("input, select, textarea")?.focus();
  });
  rows.append(add);
}

function enhanceAll(root) {
  root.querySelectorAll?.("[data-rows]").forEach(enhance);
}

enhanceAll(document);
document.addEventListener("htmx:afterSettle", (event) => enhanceAll(event.detail.target));
