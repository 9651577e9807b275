// Marking what is to be blurred on a photo, by mouse or finger. Without this the parts are written as numbers.

for (const stage of document.querySelectorAll("[data-blur]")) {
  const input = document.getElementById(stage.dataset.blur);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1000;
  canvas.setAttribute("aria-hidden", "true");
  stage.append(canvas);
  const hint = document.createElement("p");
  hint.className = "help";
  hint.textContent = stage.dataset.hint;
  stage.before(hint);
  const paint = canvas.getContext("2d");
  let from = null;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const part = (value, start, size) => Math.min(1000, Math.max(0, Math.round(((value - start) / size) * 1000)));
    return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
  };
  const region = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];
  const draw = (last) => {
    paint.clearRect(0, 0, 1000, 1000);
    const drawn = input.value.split(";").filter(Boolean).map((one) => one.split(",").map(Number));
    for (const box of last ? [...drawn, last] : drawn) {
      if (box.length !== 4 || box.some(Number.isNaN)) continue;
      paint.fillStyle = "rgba(176, 55, 31, .55)";
      paint.fillRect(...box);
    }
  };
  canvas.addEventListener("pointerdown", (event) => {
    from = at(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => from && draw(region(from, at(event))));
  canvas.addEventListener("pointerup", (event) => {
    const box = from && region(from, at(event));
    from = null;
    if (box && box[2] > 5 && box[3] > 5) input.value = [...input.value.split(";").filter(Boolean), box.join(",")].join(";");
    draw();
  });
  input.addEventListener("input", () => draw());
  draw();
}
