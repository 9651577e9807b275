// A menu that scrolls, sideways or down, starts where the current page's entry can be seen, and follows the keyboard.

for (const menu of document.querySelectorAll("[data-menu]")) {
  // A browser leaves an entry where it is of which it shows a hair.
  menu.addEventListener("focusin", (event) => event.target.scrollIntoView({ block: "nearest", inline: "nearest" }));
  const current = menu.querySelector("[aria-current]");
  if (!current) continue;
  const [box, own] = [menu.getBoundingClientRect(), current.getBoundingClientRect()];
  if (own.left < box.left || own.right > box.right) menu.scrollLeft += own.left - box.left - (box.width - own.width) / 2;
  if (own.top < box.top || own.bottom > box.bottom) menu.scrollTop += own.top - box.top - (box.height - own.height) / 2;
}
