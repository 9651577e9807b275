// A menu that scrolls sideways starts where the current page's entry can be seen.

for (const menu of document.querySelectorAll("[data-menu]")) {
  const current = menu.querySelector("[aria-current]");
  if (current && menu.scrollWidth > menu.clientWidth) {
    menu.scrollLeft = current.offsetLeft - menu.offsetLeft - (menu.clientWidth - current.offsetWidth) / 2;
  }
}
