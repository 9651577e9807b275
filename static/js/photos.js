// Photos of a form: each goes up at once with its progress, so that sending the form is quick and no error
// loses it. Without this the chosen files go with the form.

function enhance(field) {
  if (field.dataset.ready !== undefined) return;
  field.dataset.ready = "";
  field.classList.add("is-live");
  for (const input of field.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      for (const file of input.files) send(field, file);
      input.value = "";
    });
  }
}

function send(field, file) {
  const photo = document.createElement("div");
  photo.className = "photo";
  const words = document.createElement("small");
  words.textContent = field.dataset.sending;
  words.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", field.dataset.sending);
  photo.append(words, bar);
  field.querySelector(".taken").append(photo);
  const body = new FormData();
  body.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", field.dataset.address);
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener("loadend", () => {
    bar.remove();
    const found = request.response?.uploads?.[0];
    if (found) show(field, photo, words, found, file.name);
    else {
      words.className = "wrong";
      words.setAttribute("role", "alert");
      words.textContent = request.response?.errors?.[0]?.message ?? `${file.name}: ${request.status || "–"}`;
    }
  });
  request.send(body);
}

function picture(name) {
  const image = new Image(120, 120);
  image.src = `/uploads/${name}/list`;
  image.alt = "";
  return image;
}

function title(text) {
  const made = document.createElement("span");
  made.className = "title";
  made.textContent = text;
  return made;
}

function show(field, photo, words, { name, mediaType }, filename) {
  const value = document.createElement("input");
  value.type = "hidden";
  value.name = field.dataset.photos;
  value.value = name;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "text-btn";
  remove.textContent = field.dataset.remove;
  remove.addEventListener("click", () => photo.remove());
  words.remove();
  photo.append(mediaType === "image/jpeg" ? picture(name) : title(filename), value, remove);
}

document.querySelectorAll("[data-photos]").forEach(enhance);
document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("[data-photos]").forEach(enhance));
