// Which documented answers the requests of this world never saw, each with the rule that provokes it.

import { call, worldPath } from "./api.js";
import { button, copyButton, counted, element, make, patch, pill, tell, whenFree } from "./dom.js";

let project = () => null;
let covered = [];

export function begin(chosenProject) {
  project = chosenProject;
  whenFree(element("coverage"), () => draw());
}

export function forget() {
  covered = [];
  draw(true);
}

/** Asks anew: what was seen follows from the whole journal, so no stream tells it. */
export async function show() {
  const asked = project();
  const { percent, seen, count, exact, operations } = await call("GET", worldPath(asked, "/coverage"));
  if (asked !== project()) return;
  covered = operations.filter((one) => one.counted);
  const others = operations.length - covered.length;
  const sentences = [
    `${seen} of ${counted(count, "documented answer")} of the operations that were called were seen: ${percent} %.`,
    others > 0 && `${counted(others, "other operation was", "other operations were")} never called.`,
    !exact && "The journal has dropped requests, so more may have been seen.",
  ];
  tell(element("coverage-sum"), sentences.filter(Boolean).join(" "));
  tell(element("tab-coverage").firstElementChild, `${percent} %`);
  draw();
}

function draw(force = false) {
  const key = (one) => `${one.service}/${one.operation}`;
  patch(element("coverage"), covered, { key, create, fill }, force);
}

function create({ operation, service }) {
  const line = make("p", { className: "line" }, pill(""), make("b", {}, operation), make("small", {}, service), make("small"));
  const unseen = make("details", {}, make("summary"), make("ul", { className: "unseen" }));
  return make("div", { className: "card", role: "listitem" }, line, unseen);
}

function fill(card, { answers, calls }) {
  const [line, details] = card.children;
  const unseen = answers.filter((answer) => !answer.seen);
  const [seen, , , times] = line.children;
  tell(seen, `${answers.length - unseen.length} of ${answers.length}`);
  seen.className = `pill ${unseen.length > 0 ? "warn" : "good"}`;
  tell(times, counted(calls, "call"));
  details.hidden = unseen.length === 0;
  const [summary, list] = details.children;
  tell(summary, `${unseen.length} never seen`);
  patch(list, unseen, { key: (answer) => answer.name, create: gap, within: element("coverage") });
}

function gap({ name, rule, pytest }) {
  const arm = rule && button("Arm it", () => call("POST", worldPath(project(), "/faults"), rule));
  const line = pytest && [make("code", {}, pytest), copyButton(() => pytest, `Copy the line of pytest for ${name}`)];
  return make("li", {}, name, arm, ...(line ?? []));
}
