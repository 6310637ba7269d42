// Move booths on a floor plan with mouse, finger or arrow keys; each move is the plain form of the page.
const area = document.querySelector("[data-plan]"), form = document.querySelector("#move-form");

async function send(booth, x, y) {
  form.elements.booth_no.value = booth;
  form.elements.x.value = x;
  form.elements.y.value = y;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = next.querySelector("[data-plan]"), key = next.querySelector("#move-form [name=_key]");
  if (!fresh || !key) return form.submit();
  if (!answer.ok) return;
  area.replaceChildren(...fresh.childNodes);
  form.elements._key.value = key.value;
  area.querySelector(`[data-booth="${booth}"]`)?.focus();
}

const square = (event) => {
  const drawing = area.querySelector("svg"), point = new DOMPoint(event.clientX, event.clientY);
  const { x, y } = point.matrixTransform(drawing.getScreenCTM().inverse());
  return [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
};

let held = null;
area.addEventListener("pointerdown", (event) => {
  held = event.target.closest("[data-booth]");
  if (!held) return;
  held.classList.add("plan-picked");
  area.setPointerCapture(event.pointerId);
  event.preventDefault();
  held.focus();
});
area.addEventListener("pointermove", (event) => {
  if (!held) return;
  const [x, y] = square(event);
  held.setAttribute("transform", `translate(${x - held.dataset.x} ${y - held.dataset.y})`);
});
area.addEventListener("pointerup", (event) => {
  if (!held) return;
  const [x, y] = square(event), booth = held;
  held = null;
  booth.classList.remove("plan-picked");
  booth.removeAttribute("transform");
  if (x !== Number(booth.dataset.x) || y !== Number(booth.dataset.y)) send(booth.dataset.booth, x, y);
});
area.addEventListener("pointercancel", () => { held?.removeAttribute("transform"); held = null; });
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
area.addEventListener("keydown", (event) => {
  const booth = event.target.closest("[data-booth]"), step = arrows[event.key];
  if (!booth || !step) return;
  event.preventDefault();
  const x = Number(booth.dataset.x) + step[0], y = Number(booth.dataset.y) + step[1];
  if (x >= 0 && y >= 0) send(booth.dataset.booth, x, y);
});
