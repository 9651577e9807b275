// Where it is, for who cannot type it: by the phone at the press of a button and not before, then put right on a
// plan of the metres around. The plan needs no map of anybody's: it is drawn about the point itself.

const METRES = 111_320; // of a degree of latitude
const REACH = 220;
const SVG = "http://www.w3.org/2000/svg";

const read = (text) => {
  const parts = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  return parts && Math.abs(parts[1]) < 90 && Math.abs(parts[2]) <= 180 ? [Number(parts[1]), Number(parts[2])] : null;
};

const drawn = (name, values, text = "") => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
};

function plan() {
  const made = drawn("svg", { viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`, "aria-hidden": "true" });
  for (const radius of [50, 100, 200]) {
    made.append(drawn("circle", { r: radius, class: "ring" }), drawn("text", { x: 4, y: -radius - 3 }, `${radius} m`));
  }
  made.append(drawn("path", { d: "M0-8V8M-8 0H8", class: "start" }), drawn("circle", { r: 9, class: "pin" }));
  return made;
}

for (const picker of document.querySelectorAll("[data-point]")) {
  const input = document.getElementById(picker.dataset.point);
  const locate = picker.querySelector("[data-locate]");
  const board = picker.querySelector("[data-plan]");
  const told = picker.querySelector("[data-told]");
  const directions = picker.dataset.directions.split("|");
  const shown = plan();
  const pin = shown.querySelector(".pin");
  let start = null;
  board.querySelector("p").after(shown);
  picker.hidden = false;

  const begin = () => {
    start = read(input.value);
    board.hidden = start === null;
    told.textContent = "";
    if (start) put(0, 0);
  };
  const offset = () => {
    const [latitude, longitude] = read(input.value) ?? start;
    const width = METRES * Math.cos((start[0] * Math.PI) / 180);
    return [(longitude - start[1]) * width, (latitude - start[0]) * METRES];
  };
  const put = (east, north) => {
    pin.setAttribute("cx", east);
    pin.setAttribute("cy", -north);
  };
  const move = (east, north) => {
    const bound = (metres) => Math.max(-REACH, Math.min(REACH, metres));
    const [x, y] = [bound(east), bound(north)];
    const width = METRES * Math.cos((start[0] * Math.PI) / 180);
    input.value = `${(start[0] + y / METRES).toFixed(6)}, ${(start[1] + x / width).toFixed(6)}`;
    put(x, y);
    const turn = Math.round((Math.atan2(x, y) / Math.PI) * 4 + 8) % 8;
    const words = picker.dataset.moved.replace("{metres}", Math.round(Math.hypot(x, y)));
    told.textContent = Math.hypot(x, y) < 1 ? "" : words.replace("{direction}", directions[turn]);
  };

  input.addEventListener("change", begin);
  shown.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(shown.getScreenCTM().inverse());
    move(at.x, -at.y);
  });
  for (const button of board.querySelectorAll("button")) {
    const [east, north] = button.dataset.by.split(",").map(Number);
    button.addEventListener("click", () => {
      const [x, y] = offset();
      move(x + east, y + north);
    });
  }
  if (navigator.geolocation) {
    locate.hidden = false;
    locate.querySelector("button").addEventListener("click", ({ currentTarget: button }) => {
      button.setAttribute("aria-busy", "true");
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          button.removeAttribute("aria-busy");
          input.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
          begin();
        },
        () => {
          button.removeAttribute("aria-busy");
          told.textContent = picker.dataset.failed;
        },
        { enableHighAccuracy: true, timeout: 15000 },
      );
    });
  }
  begin();
}
