// What a careful client would have done, and what was left behind.

import { button, counted, element, make, patch, pill, tell, whenFree } from "./dom.js";

let lists = { findings: [], leaks: [] };
let open = () => {};

const LEFT = {
  never_polled: "started and never looked at",
  unfinished: "unfinished",
  faults_never_hit: "armed and never hit",
};

export function begin(whenOpened) {
  open = whenOpened;
  for (const list of ["findings", "leaks"]) whenFree(element(list), () => show());
}

export function forget() {
  take({ findings: [], leaks: {}, exact: true });
}

export function take({ findings, leaks, exact }) {
  const left = Object.entries(leaks).flatMap(([kind, all]) => all.map((one) => ({ kind, ...one })));
  const more = exact ? [] : [{ kind: "inexact" }];
  lists = { findings, leaks: [...left, ...more] };
  tell(element("tab-report").firstElementChild, `${findings.length}`);
  show();
}

function show() {
  const key = (one) => JSON.stringify([one.rule ?? one.kind, one.operation, one.id, one.job_id, one.resource_id]);
  const none = [{ kind: "none" }];
  const shown = (all) => (all.length > 0 ? all : none);
  const create = () => make("div", { className: "card", role: "listitem" });
  patch(element("findings"), shown(lists.findings), { key, create, fill: tellFinding });
  patch(element("leaks"), shown(lists.leaks), { key, create, fill: tellLeft });
}

/** Fills a card unless it says so already. */
function renew(card, wanted, children) {
  const key = JSON.stringify(wanted);
  if (card.dataset.of === key) return;
  card.dataset.of = key;
  card.replaceChildren(...children());
}

function tellFinding(card, finding) {
  renew(card, finding, () => {
    if (finding.kind === "none") return [make("p", { className: "quiet" }, "Nothing to say.")];
    const examples = finding.examples.map(({ request_id: id }, at) => button(`Request ${at + 1}`, () => open(id), { title: id }));
    const { operation, rule, count } = finding;
    const names = [make("b", {}, operation ?? rule), make("small", {}, operation ? rule : "")];
    const actions = make("span", { className: "actions" }, ...examples);
    return [
      make("p", { className: "line" }, pill(counted(count, "time"), "warn"), ...names, actions),
      make("p", {}, finding.sentence),
      make("p", { className: "about" }, finding.document),
    ];
  });
}

function tellLeft(card, left) {
  renew(card, left, () => {
    if (left.kind === "none") return [make("p", { className: "quiet" }, "Nothing.")];
    if (left.kind === "inexact") {
      return [make("p", {}, "More is unknown: not everything could be remembered. Clear the requests to begin anew.")];
    }
    const { kind, operation, job_id: job, job_status: status, resource_id: resource, resource_status: stands, request_id: id } = left;
    const what = [job && `job ${job} is ${status}`, resource && `${resource} is ${stands}`, left.id && `rule ${left.id}`];
    const names = [make("b", {}, operation ?? "any operation"), make("small", {}, what.filter(Boolean).join(", "))];
    const request = id && button("Its request", () => open(id), { title: id });
    return [make("p", { className: "line" }, pill(LEFT[kind] ?? kind, "warn"), ...names, request)];
  });
}
