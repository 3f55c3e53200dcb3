// One request: what was asked and answered, what was decided and why, and how it should have been.

import { call } from "./api.js";
import { code, copyButton, counted, element, make, pill, timeOfDay } from "./dom.js";
import { json } from "./json.js";
import { toneOf } from "./requests.js";

let asked = null;

export function close() {
  asked = null;
  element("detail").classList.remove("open");
  element("detail").replaceChildren(
    make("p", { className: "hint" }, "Choose a request to see what was asked, what was answered, and why."),
  );
}

/** Shows a request; `actions` are buttons of others that belong to it. */
export async function show(id, whenClosed, actions) {
  asked = id;
  const explained = await call("GET", `/_paper/requests/${encodeURIComponent(id)}`);
  if (asked !== id) return;
  const panel = element("detail");
  const leave = make("button", { type: "button", className: "leave", onclick: whenClosed }, "Close");
  panel.replaceChildren(leave, ...head(explained), ...why(explained), ...better(explained));
  panel.append(...exchange(explained), ...changed(explained), make("p", { className: "actions" }, ...actions(explained)));
  panel.classList.add("open");
  panel.scrollTop = 0;
  // Where it covers the list, whoever opened it goes on in it.
  if (getComputedStyle(panel).position !== "static") panel.focus();
}

function section(title, ...children) {
  return [make("h4", {}, title), ...children];
}

function head(explained) {
  const { operation, method, path, request_id: id, status, decision, journal } = explained;
  const [tone, sign] = toneOf({ ...explained, warnings: journal.warnings.length });
  const took = Date.parse(journal.answered) - Date.parse(journal.received);
  return [
    make("h3", {}, operation ?? "No known operation", " ", pill(`${sign} ${status ?? "no answer"}`, tone)),
    make("p", { className: "target" }, `${method} ${path}`),
    make("p", { className: "summary" }, explained.summary),
    make("p", { className: "quiet" }, `${decision} at ${timeOfDay(journal.received)}, answered ${took} ms later by this clock`),
    make("p", { className: "quiet id" }, make("code", {}, id), copyButton(() => id, "Copy the request's ID")),
  ];
}

function why({ rules, notes, refusal, fault, next, signature }) {
  const spoke = rules.map((rule) => {
    const about = [
      rule.got !== undefined && ["got", rule.got],
      rule.allowed !== undefined && ["allowed", rule.allowed],
      rule.did_you_mean && ["did you mean", rule.did_you_mean],
      ["rests on", `${rule.source || "no document"} (${rule.certainty})`],
    ];
    const tone = { refused: "bad", warned: "warn" }[rule.effect] ?? "";
    return make(
      "li",
      {},
      pill(rule.effect, tone),
      " ",
      rule.parameter && make("code", {}, rule.parameter),
      ` ${rule.rule}`,
      facts(about.filter(Boolean)),
    );
  });
  if (fault !== undefined) spoke.unshift(make("li", {}, pill("fault", "fault"), ` the rule ${fault} hit this request`));
  for (const note of notes) spoke.push(make("li", {}, pill("documents disagree"), ` ${note.conflict ?? ""} ${note.resolution ?? ""}`));
  if (next) spoke.push(make("li", {}, pill("what to do"), ` ${next}`));
  const parts = [make("ul", { className: "why" }, ...spoke)];
  if (refusal) parts.unshift(facts([["error", refusal.error_code], ["says", refusal.error_msg], ["known as", refusal.situation]]));
  if (signature) {
    parts.push(code(signature.canonical_request, "canonical request"), code(signature.string_to_sign, "string to sign"));
  }
  return spoke.length > 0 || refusal || signature ? section("Why", ...parts) : [];
}

function facts(pairs) {
  const list = make("dl");
  for (const [name, value] of pairs) list.append(make("dt", {}, name), make("dd", {}, value));
  return list;
}

function better({ corrected }) {
  return corrected ? section("How it should have been", code(corrected.curl, "corrected request")) : [];
}

function exchange({ journal, rules }) {
  const marked = new Set(rules.map((rule) => rule.parameter).filter(Boolean));
  return [
    ...section("Request", headers(journal.headers), body(journal.body, "request", marked)),
    ...section("Answer", headers(journal.answer.headers), body(journal.answer.body, "answer")),
  ];
}

function headers(all) {
  const pairs = Object.entries(all).map(([name, value]) => [name, [value].flat().join("\n")]);
  return make("details", {}, make("summary", {}, counted(pairs.length, "header")), facts(pairs));
}

function body(value, name, marked) {
  if (value === null) return make("p", { className: "quiet" }, "No body.");
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const shown = make("pre", { tabIndex: 0, ariaLabel: `Body of the ${name}` }, ...json(value, marked));
  return make("div", { className: "code" }, shown, copyButton(() => text, `Copy the body of the ${name}`));
}

function changed({ journal }) {
  const { started, adopted } = journal.change;
  const ids = (one) => [one.job_id && `job ${one.job_id}`, one.resource_id].filter(Boolean);
  const lines = [
    ...started.map((one) => ["started " + one.operation, ...ids(one)].join(", ")),
    ...adopted.map((id) => `made the instance ${id} known`),
  ];
  return lines.length > 0 ? section("What it changed", make("ul", {}, ...lines.map((line) => make("li", {}, line)))) : [];
}
