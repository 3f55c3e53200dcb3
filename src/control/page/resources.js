// What exists in the chosen world and how it stands, and the time line of each job.

import { call, worldPath } from "./api.js";
import { ask, button, element, make, patch, pill, tell, timeOfDay, whenFree } from "./dom.js";

/** In the order in which they are shown. */
const KINDS = [
  ["job", "Jobs and tasks, the latest first"],
  ["memory_mapping", "Memory mappings"],
  ["relationship", "Active-active relationships"],
  ["migration_task", "Migration tasks"],
  ["synchronization", "ClickHouse synchronizations"],
  ["backup", "Backups"],
  ["instance", "Instances"],
];

const resources = new Map();
let counts = {};
let project = () => null;

/** Something that comes up in one list moves all those below it. */
const within = () => element("resources");

export function begin(chosenProject) {
  project = chosenProject;
  const sections = KINDS.map(([kind, title]) => {
    const list = make("div", { className: "cards", role: "list", id: `kind-${kind}` });
    return make("section", { hidden: true }, make("h3", {}, title, " ", make("span", { className: "quiet" })), list);
  });
  element("resources").replaceChildren(...sections);
  whenFree(element("resources"), () => show());
}

/** Forgets everything; unless it is shown anew at once, the next that arrives does so. */
export function forget(atOnce = true) {
  resources.clear();
  counts = {};
  if (atOnce) show(true);
}

export function take({ changed, gone, count }) {
  for (const key of gone) resources.delete(key);
  for (const one of changed) resources.set(one.key, one);
  counts = count;
  // What was forgotten on purpose goes at once, wherever the pointer is.
  show(resources.size === 0);
}

function show(force = false) {
  const all = [...resources.values()].sort((a, b) => b.number - a.number);
  let back = 0;
  for (const [kind] of KINDS) {
    const list = document.getElementById(`kind-${kind}`);
    const meant = all.filter((one) => one.kind === kind);
    back += patch(list, meant, { key: (one) => one.key, create, fill, within: within() }, force);
    const title = list.previousElementSibling.lastElementChild;
    const count = counts[kind] ?? 0;
    tell(title, count > meant.length ? `the latest ${meant.length} of ${count}` : `${count || ""}`);
    list.parentElement.hidden = list.children.length === 0;
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  tell(element("tab-resources").firstElementChild, `${total}`);
  tell(element("resource-note"), back > 0 ? `${back} new` : total === 0 ? "Nothing exists in this world yet." : "");
}

function create(one) {
  const card = make("div", { className: "card", role: "listitem" });
  const line = make("p", { className: "line" }, pill(""), make("b"), make("code"), make("small"));
  card.append(line);
  if (one.timeline) {
    const track = make("div", { className: "track", role: "img" });
    card.append(make("div", { className: "timeline" }, make("time"), track, make("time"), make("small")));
  }
  if (one.kind === "job") {
    const steer = (step, body) => call("POST", worldPath(project(), `/jobs/${encodeURIComponent(one.id)}/${step}`), body ?? {});
    const steps = [
      button("Finish", () => steer("finish")),
      button("Fail…", () => fail(steer)),
      button("Hold", () => steer("hold")),
      button("Release", () => steer("release")),
    ];
    line.append(make("span", { className: "actions" }, ...steps));
  }
  return card;
}

async function fail(steer) {
  const values = await ask({
    title: "Let it fail",
    text: "Now, or when so much of it is done.",
    yes: "Fail",
    fields: [
      { label: "Reason", name: "reason", type: "text", maxLength: 256, placeholder: "disk full" },
      { label: "At percent (empty: now)", name: "percent", type: "number", min: 0, max: 100 },
    ],
  });
  if (!values) return;
  const body = {};
  if (values.reason) body.reason = values.reason;
  if (values.percent) body.percent = Number(values.percent);
  await steer("fail", body);
}

/** The colour of a status that has no time line; services spell theirs in many ways. */
function toneOfStatus(status) {
  if (/fail|abnormal|error/i.test(status)) return "bad";
  return /ing$|wait/i.test(status) && !/INCR/.test(status) ? "busy" : "good";
}

function toneOf({ failed, ended, held }) {
  if (failed) return "bad";
  return held ? "cold" : ended ? "good" : "busy";
}

function fill(card, one) {
  const [status, name, id, about, actions] = card.firstChild.children;
  tell(status, one.status);
  status.className = `pill ${one.timeline ? toneOf(one.timeline) : toneOfStatus(one.status)}`;
  tell(name, one.name ?? "");
  tell(id, one.id);
  tell(about, Object.entries(one.about ?? {}).map(([what, value]) => `${what} ${value}`).join(" · "));
  if (one.timeline) draw(card.lastChild, one.timeline);
  // It keeps its place, so that nothing moves when a job ends.
  if (actions) actions.classList.toggle("over", one.timeline.ended !== undefined);
}

function draw(line, timeline) {
  const wanted = JSON.stringify(timeline);
  if (line.dataset.of === wanted) return;
  line.dataset.of = wanted;
  const { stages, percent, started, ended, ends, failed, held, planned, reason, last } = timeline;
  const [from, track, to, words] = line.children;
  tell(from, timeOfDay(started));
  from.title = started;
  const end = ended ?? ends;
  tell(to, end ? timeOfDay(end) : "no end");
  to.title = end ?? "";
  track.replaceChildren(
    ...stages.map(({ status, percent: begin }, at) => {
      const long = Math.max((stages[at + 1]?.percent ?? 100) - begin, 1);
      const stage = make("span", { className: "stage" }, status);
      stage.style.setProperty("flex-grow", long);
      stage.style.setProperty("--done", `${Math.min(1, Math.max(0, (percent - begin) / long)) * 100}%`);
      return stage;
    }),
    make("span", { className: "last" }, last),
  );
  track.className = `track ${toneOf(timeline)}`;
  track.setAttribute("aria-label", `${percent} %, ${stages.map(({ status }) => status).join(", ")}, ${last}`);
  const at = planned?.percent === undefined ? "" : ` at ${planned.percent} %`;
  const plan = planned && `to ${planned.job}${at}${planned.rule ? ` by ${planned.rule}` : ""}`;
  const said = [ended ? null : `${percent} %`, failed ? reason : null, held ? "held" : null, plan];
  tell(words, said.filter(Boolean).join(" · "));
}
