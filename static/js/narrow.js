// Narrows a long list of boxes to tick while one types. Without this the button beside the words asks the server.

function narrow(part) {
  const field = part.querySelector("input[type=search]");
  const said = part.querySelector("[role=status]");
  const options = [...part.nextElementSibling.querySelectorAll(".option")];
  const show = () => {
    const words = field.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const option of options) {
      option.hidden = !(option.querySelector("input").checked || option.textContent.toLocaleLowerCase().includes(words));
      shown += option.hidden ? 0 : 1;
    }
    said.textContent = part.dataset.said.replace("#", shown);
  };
  part.querySelectorAll("button").forEach((button) => { button.hidden = true; });
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it narrows already; the form is not sent
  });
}

function enhanceAll(root) {
  for (const part of root.querySelectorAll?.("[data-narrow]") ?? []) {
    // What the server has narrowed holds only a part of the list: its button asks for the rest.
    if (part.dataset.ready === undefined && part.dataset.part === undefined) narrow(part);
    part.dataset.ready = "";
  }
}

enhanceAll(document);
document.addEventListener("htmx:afterSettle", (event) => enhanceAll(event.detail.target));
