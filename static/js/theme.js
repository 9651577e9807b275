// Light, dark or as the device: kept in a cookie, so that the server draws the next page rightly at once.

const choice = document.querySelector("[data-theme-choice]");

if (choice) {
  choice.hidden = false;
  choice.addEventListener("change", (event) => {
    const theme = event.target.value;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    const age = theme ? 60 * 60 * 24 * 365 : 0;
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
  });
}
