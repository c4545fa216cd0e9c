// The virtual clock: what it shows, and everything that moves it.
import { perform } from "./call.js";
import { dateAndTime } from "./format.js";
import { button, make, show } from "./make.js";
import { virtualNow } from "./store.js";

const STEPS = [
  ["+ 10 s", 10],
  ["+ 2 min", 120],
  ["+ 15 min", 900],
  ["+ 4 h", 14_400],
  ["+ 48 h", 172_800],
];
const SPEEDS = [0.1, 1, 10, 60, 600, 3600];
const TICK_MS = 250;

let shown = null;
let ticking = null;

export function drawClock(container, store) {
  shown = store.clock;
  const { frozen, speed } = store.clock;
  show(container, [
    { key: "time", signature: "", build: time },
    { key: "mode", signature: `${frozen} ${speed}`, build: () => mode(frozen, speed) },
    { key: "steps", signature: "", build: steps },
  ]);
  tick();
  ticking ??= setInterval(tick, TICK_MS);
}

/** Not announced: a screen reader that reads every second says nothing else. */
function time() {
  return make("p", { class: "now" }, make("span", null, "Virtual time"), make("time", { id: "now" }));
}

function tick() {
  const now = virtualNow(shown);
  const place = document.getElementById("now");
  const text = dateAndTime(now);
  if (place.textContent !== text) Object.assign(place, { textContent: text, dateTime: now });
}

function mode(frozen, speed) {
  const turn = frozen ? "run" : "freeze";
  const told = () => (frozen ? "The clock runs." : "The clock stands still.");
  const onclick = (event) => perform(event, "POST", `clock/${turn}`, undefined, told);
  const toggle = button(frozen ? "Run" : "Freeze", onclick, { "data-focus": "freeze", class: frozen ? "primary" : "" });
  const speeds = [...new Set([...SPEEDS, speed])].sort((left, right) => left - right);
  const options = speeds.map((factor) => make("option", { value: factor, selected: factor === speed }, `${factor} ×`));
  const onchange = (event) =>
    perform(event, "POST", "clock/speed", { factor: Number(event.target.value) }, ({ speed }) => `The clock runs ${speed} × as fast as the wall clock.`);
  const select = make("select", { "aria-label": "Speed of the clock", "data-focus": "speed", onchange }, options);
  return make("div", { class: "buttons" }, toggle, select);
}

function steps() {
  const advance = (seconds) => (event) => perform(event, "POST", "clock/advance", { seconds }, tellAdvanced);
  return make(
    "div",
    { class: "buttons", role: "group", "aria-label": "Move the clock forward" },
    STEPS.map(([text, seconds]) => button(text, advance(seconds))),
  );
}

function tellAdvanced({ now, pushes_delivered }) {
  const sent = pushes_delivered === 1 ? "One callback was sent" : `${pushes_delivered || "No"} callbacks were sent`;
  return `It is ${dateAndTime(now)}. ${sent} on the way.`;
}
