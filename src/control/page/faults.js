// Fault rules of the chosen world: those that are armed, and a form that writes another.

import { call, worldPath } from "./api.js";
import { attempt, button, counted, element, make, patch, pill, tell, whenFree } from "./dom.js";

let armed = [];
let project = () => null;
/** What each operation documents as errors, by its service and name. */
let documented = null;

const FLAGS = ["reset", "truncate", "malformed"];
const USUAL = { status: 503, throttle: 5, latency_ms: 500, slow_body: 2000, fail: 50, hold: 50 };

export function begin(chosenProject) {
  project = chosenProject;
  element("arm").oninput = write;
  element("fault-effect").onchange = () => {
    element("fault-value").value = USUAL[element("fault-effect").value] ?? "";
    write();
  };
  element("fault-operation").onchange = () => {
    listErrors();
    write();
  };
  element("arm").onsubmit = (event) => {
    event.preventDefault();
    attempt(() => call("POST", worldPath(project(), "/faults"), rule()));
  };
  whenFree(element("faults"), () => show());
  write();
}

/** Asks once which operations and errors there are; they do not change. */
export async function open() {
  if (documented) return;
  const { answers } = await call("GET", "/_paper/catalogue");
  documented = new Map();
  const services = new Map();
  for (const { service, operation, error_code: code, situation, status } of answers) {
    const key = JSON.stringify([service, operation]);
    if (!documented.has(key)) {
      documented.set(key, []);
      if (!services.has(service)) services.set(service, make("optgroup", { label: service }));
      services.get(service).append(make("option", { value: key }, operation));
    }
    if (code) documented.get(key).push([situation, `${status} ${code} ${situation}`]);
  }
  element("fault-operation").append(...services.values());
}

/** Fills the form for an operation that was asked for. */
export async function suggest(service, operation) {
  await open();
  element("fault-operation").value = JSON.stringify([service, operation]);
  element("fault-when").value = "first";
  element("fault-count").value = 1;
  listErrors();
  write();
  element("fault-effect").focus();
}

function listErrors() {
  const errors = documented?.get(element("fault-operation").value) ?? [];
  element("fault-error").replaceChildren(...errors.map(([name, words]) => make("option", { value: name }, words)));
}

function rule() {
  const rule = {};
  const meant = element("fault-operation").value;
  if (meant) [rule.service, rule.operation] = JSON.parse(meant);
  const when = element("fault-when").value;
  if (when) rule[when] = Number(element("fault-count").value);
  if (element("fault-phase").value) rule.phase = "after";
  const effect = element("fault-effect").value;
  const value = Number(element("fault-value").value);
  if (FLAGS.includes(effect)) rule.effect = { [effect]: true };
  else if (effect === "error") rule.effect = { error: element("fault-error").value };
  else if (effect === "fail" || effect === "hold") rule.effect = { job: effect, percent: value };
  else rule.effect = { [effect]: value };
  const reason = element("fault-reason").value;
  if (effect === "fail" && reason) rule.effect.reason = reason;
  return rule;
}

function write() {
  const effect = element("fault-effect").value;
  element("fault-count").disabled = element("fault-when").value === "";
  element("fault-value").hidden = effect === "error";
  element("fault-value").disabled = FLAGS.includes(effect);
  element("fault-error").hidden = effect !== "error";
  element("fault-reason").disabled = effect !== "fail";
  tell(element("fault-rule"), JSON.stringify(rule(), null, 1).replaceAll(/\n */g, " "));
}

export function forget() {
  armed = [];
  show(true);
}

export function take({ faults }) {
  armed = faults;
  show();
}

function show(force = false) {
  patch(element("faults"), armed, { key: (fault) => fault.id, create, fill }, force);
  element("no-faults").hidden = armed.length > 0;
  tell(element("tab-faults").firstElementChild, `${armed.length}`);
}

function create({ id, asked, hits, ...written }) {
  const path = worldPath(project(), `/faults/${encodeURIComponent(id)}`);
  return make(
    "div",
    { className: "card", role: "listitem" },
    make("p", { className: "line" }, pill(""), make("b", {}, id), make("small"), button("Disarm", () => call("DELETE", path))),
    make("p", { className: "about" }, make("code", {}, JSON.stringify(written))),
  );
}

function fill(card, { asked, hits }) {
  const [hit, , times] = card.firstChild.children;
  tell(hit, counted(hits, "hit"));
  hit.className = `pill ${hits > 0 ? "fault" : ""}`;
  tell(times, `asked ${counted(asked, "time")}`);
}
