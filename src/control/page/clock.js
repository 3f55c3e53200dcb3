// The clock of the chosen world. Between two events it is computed here, so that it moves.

import { call, worldPath } from "./api.js";
import { attempt, element, tell, timeOfDay } from "./dom.js";

let clock = null;
let taken = 0;

export function begin(project) {
  const turn = (way, body = () => ({})) => {
    element(way === "advance" ? "forward" : way).onclick = () => send(way, body());
  };
  const send = (way, body) =>
    attempt(async () => take(await call("POST", worldPath(project(), `/clock/${way}`), body)));
  turn("freeze");
  turn("resume", () => ({ scale: Number(element("scale").value) }));
  turn("advance", () => ({ seconds: Number(element("seconds").value) }));
  element("next").onclick = () => send("advance", { to: "next-event" });
  element("auto").onchange = () => send("auto-advance", { enabled: element("auto").checked });
  setInterval(show, 200);
}

export function take(shown) {
  clock = shown;
  taken = performance.now();
  const frozen = clock.mode === "frozen";
  tell(element("mode"), clock.mode === "scaled" ? `× ${clock.scale}` : frozen ? "frozen" : "real time");
  element("mode").className = `pill ${frozen ? "cold" : "good"}`;
  element("freeze").setAttribute("aria-pressed", frozen);
  element("resume").setAttribute("aria-pressed", !frozen);
  if (document.activeElement !== element("auto")) element("auto").checked = clock.auto_advance;
  show();
}

export function forget() {
  clock = null;
}

/** What the clock shows by now, in milliseconds since 1970. */
export function now() {
  const passed = clock.mode === "frozen" ? 0 : (performance.now() - taken) * (clock.scale || 1);
  return Date.parse(clock.now) + passed;
}

function show() {
  if (!clock || document.body.classList.contains("stale")) return;
  const moment = new Date(now()).toISOString();
  tell(element("now"), `${moment.slice(0, 10)} ${timeOfDay(moment).slice(0, clock.mode === "frozen" ? 12 : 10)}`);
  const left = clock.next_event ? Math.max(0, Date.parse(clock.next_event) - now()) : null;
  tell(element("next-at"), left === null ? "nothing due" : `in ${duration(left)}`);
}

export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}
