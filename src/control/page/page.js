// Shows what the control API answers, once a second. Everything that comes from a request is set as
// text, never as markup.

const SHOWN = 50;
const PERIOD_MILLISECONDS = 1000;

const element = (id) => document.getElementById(id);
let chosen = decodeURIComponent(location.hash.slice(1)) || null;
let token = "";

class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

async function call(method, path, body) {
  const headers = token ? { "X-Paper-Token": token } : {};
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  const document = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(answer.status, document?.error_msg ?? answer.statusText);
  return document;
}

const pathOf = (below) => `/_paper/worlds/${encodeURIComponent(chosen)}${below}`;

function make(tag, text, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text instanceof Node) made.append(text);
  else if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function row(...cells) {
  const made = make("tr");
  made.append(...cells.map((cell) => make("td", cell)));
  return made;
}

function button(label, action) {
  return make("button", label, { type: "button", onclick: () => act(action) });
}

function showWorlds({ count, worlds }) {
  element("no-worlds").hidden = count > 0;
  const all = worlds.length === count;
  if (chosen === null || (all && !worlds.some((world) => world.project_id === chosen))) {
    chosen = worlds.find((world) => world.project_id !== "@account")?.project_id ?? worlds[0]?.project_id ?? null;
  }
  const entries = worlds.map((world) => {
    const pick = button(world.label ?? world.project_id, () => choose(world.project_id));
    pick.setAttribute("aria-current", world.project_id === chosen);
    pick.append(make("small", `${world.requests} requests, ${world.under_way} under way`));
    return make("li", pick);
  });
  if (!all) entries.push(make("li", `The first ${worlds.length} of ${count} worlds.`));
  element("worlds").replaceChildren(...entries);
}

function choose(project) {
  chosen = project;
  location.hash = encodeURIComponent(project);
  element("explanation").hidden = true;
}

function showClock({ mode, now, scale, auto_advance: advances, next_event: next }) {
  const pace = mode === "scaled" ? `, ${scale} times as fast as real time` : "";
  const itself = advances ? "; each look at something unfinished moves it" : "";
  element("clock").textContent = `${now}, ${mode}${pace}${itself}${next ? `; next event ${next}` : ""}`;
}

function showJobs({ jobs }) {
  const rows = jobs.map((job) => {
    const id = job.job_id ?? job.resource_id;
    const steps = make("span", null, { className: "buttons" });
    const next = job.held ? "release" : "hold";
    for (const [label, step] of [["Finish", "finish"], ["Fail", "fail"], [job.held ? "Release" : "Hold", next]]) {
      steps.append(button(label, () => call("POST", pathOf(`/jobs/${encodeURIComponent(id)}/${step}`), {})), " ");
    }
    const plan = job.planned ? `, ${job.planned.job} at ${job.planned.percent ?? 100} %` : "";
    return row(job.operation, id, job.job_status ?? job.resource_status, `${job.percent} %${plan}`, steps);
  });
  element("jobs").replaceChildren(...rows);
}

function showFaults({ faults }) {
  const rows = faults.map(({ id, asked, hits, ...rule }) => row(id, JSON.stringify(rule), asked, hits));
  element("faults").replaceChildren(...rows);
}

function showRequests({ dropped, in_flight, requests }) {
  const missing = [
    dropped > 0 && `${dropped} requests were dropped from the journal.`,
    in_flight > 0 && `In flight: ${in_flight}.`,
  ];
  element("dropped").textContent = missing.filter(Boolean).join(" ");
  const rows = requests.toReversed().map((request) => {
    const { answer, decision, fault, warnings } = request;
    const remarks = warnings.map((warning) => warning.message);
    if (fault) remarks.unshift(`fault ${fault}`);
    const name = request.operation ?? `${request.method} ${request.path}`;
    const open = button(name, () => explain(request.request_id));
    return row(request.received, open, answer?.status ?? "none", decision, remarks.join("; "));
  });
  element("requests").replaceChildren(...rows);
}

async function explain(requestId) {
  const explained = await call("GET", `/_paper/requests/${encodeURIComponent(requestId)}`);
  const lines = [explained.summary];
  for (const rule of explained.rules ?? []) lines.push(`- ${rule.parameter} ${rule.rule} (${rule.source}; allowed: ${rule.allowed})`);
  if (explained.corrected) lines.push("", explained.corrected.curl);
  element("explanation").textContent = lines.join("\n");
  element("explanation").hidden = false;
}

function showReport({ findings, leaks }) {
  const lines = findings.map((finding) => `${finding.sentence} (${finding.count} times; ${finding.document})`);
  const left = [
    [leaks.never_polled, "started and never looked at"],
    [leaks.unfinished, "unfinished"],
    [leaks.faults_never_hit, "faults never hit"],
  ];
  for (const [things, what] of left) if (things.length > 0) lines.push(`${things.length} ${what}`);
  if (lines.length === 0) lines.push("Nothing to say.");
  element("findings").replaceChildren(...lines.map((line) => make("li", line)));
}

async function refresh() {
  const ready = await call("GET", "/_paper/ready");
  showWorlds(await call("GET", "/_paper/worlds"));
  element("world").hidden = chosen === null;
  element("access").hidden = true;
  element("state").textContent = `${ready.status}; authentication: ${ready.auth}; seed: ${ready.seed}`;
  element("state").classList.remove("broken");
  if (chosen === null) return;
  element("project").textContent = chosen;
  const answers = await Promise.all([
    call("GET", pathOf("/clock")),
    call("GET", pathOf("/jobs")),
    call("GET", pathOf("/faults")),
    call("GET", pathOf(`/requests?limit=${SHOWN}`)),
    call("GET", pathOf("/report")),
  ]);
  [showClock, showJobs, showFaults, showRequests, showReport].forEach((show, at) => show(answers[at]));
}

function complain(error) {
  element("access").hidden = error.status !== 401 && error.status !== 403;
  element("state").textContent = error instanceof Refused ? error.message : "Papercloud does not answer.";
  element("state").classList.add("broken");
}

/** Does something and shows what it has changed. */
async function act(action) {
  try {
    await action();
    await refresh();
  } catch (error) {
    complain(error);
  }
}

for (const control of document.querySelectorAll("[data-clock]")) {
  const { clock, body } = control.dataset;
  control.onclick = () => act(() => call("POST", pathOf(`/clock/${clock}`), JSON.parse(body ?? "{}")));
}
element("access").onsubmit = (event) => {
  event.preventDefault();
  token = element("token").value;
  act(() => {});
};

for (;;) {
  if (!document.hidden) await refresh().catch(complain);
  await new Promise((next) => setTimeout(next, PERIOD_MILLISECONDS));
}
