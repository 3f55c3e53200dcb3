// Puts the parts together: which world, tab and request are shown, and whether the service answers.

import * as api from "./api.js";
import * as clock from "./clock.js";
import * as coverage from "./coverage.js";
import * as detail from "./detail.js";
import { ask, attempt, button, copyButton, element, make, say, tell } from "./dom.js";
import * as faults from "./faults.js";
import * as report from "./report.js";
import * as requests from "./requests.js";
import * as resources from "./resources.js";
import * as welcome from "./welcome.js";
import * as worlds from "./worlds.js";

const TABS = ["requests", "resources", "faults", "report", "coverage"];
const RETRY_MILLISECONDS = 1000;

let project = null;
let tab = "requests";
let listening = new AbortController();
let lastHeard = null;
let service = null;
let coverageDue = 0;

// Which world, tab and request: the address of the page says so, so it can be kept and sent.

function read() {
  const [world, named, request] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return [world || null, TABS.includes(named) ? named : "requests", request || null];
}

function go(world, named = tab, request = null) {
  const parts = [world ?? "", named, ...(request ? [request] : [])];
  location.hash = parts.map(encodeURIComponent).join("/");
}

function follow() {
  const [world, named, request] = read();
  if (world !== project) {
    project = world;
    for (const part of [clock, requests, resources, faults, report, coverage]) part.forget();
    showName();
    listening.abort();
  }
  tab = named;
  element("content").classList.toggle("chosen", project !== null);
  worlds.mark(project);
  requests.mark(request);
  for (const one of TABS) {
    element(`tab-${one}`).setAttribute("aria-selected", one === tab);
    element(`tab-${one}`).tabIndex = one === tab ? 0 : -1;
    document.getElementById(`${one}-panel`).hidden = one !== tab;
  }
  if (tab === "faults") attempt(faults.open);
  lookAtCoverage();
  if (request === null) detail.close();
  else attempt(() => detail.show(request, leaveDetail, actionsOf));
  arrange();
}

/** Asks for the coverage if it is shown, once for all requests that come within half a second. */
function lookAtCoverage() {
  clearTimeout(coverageDue);
  if (tab === "coverage" && project !== null) coverageDue = setTimeout(() => attempt(coverage.show), 500);
}

function leaveDetail() {
  const opened = document.querySelector("#requests [aria-current=true]");
  go(project, "requests");
  opened?.focus();
}

function actionsOf({ operation, journal }) {
  if (!operation) return [];
  const open = async () => {
    go(project, "faults");
    await faults.suggest(journal.service, operation);
  };
  return [button("Break the next one like it…", open)];
}

/** Shows the world, the first steps, or that a token is wanted. */
function arrange() {
  const isEmpty = worlds.isEmpty() && project === null;
  element("world").hidden = project === null;
  element("welcome").hidden = !isEmpty || service === null;
}

function showName() {
  if (project === null) return;
  const world = worlds.get(project) ?? { project_id: project, label: null };
  const name = worlds.nameOf(world);
  tell(element("name"), name);
  tell(element("project"), name === project ? "" : project);
  document.title = `${name} – Papercloud`;
}

// What arrives.

const TAKERS = {
  service(shown) {
    service = shown;
    welcome.show(shown.api);
  },
  worlds(shown) {
    worlds.take(shown);
    if (project === null && !matchMedia("(max-width: 50rem)").matches && worlds.newest()) go(worlds.newest());
    showName();
    arrange();
  },
  clock: clock.take,
  requests(shown) {
    requests.take(shown);
    lookAtCoverage();
  },
  resources: resources.take,
  faults: faults.take,
  report: report.take,
};

function hear(name, data) {
  lastHeard = new Date();
  if (document.body.classList.contains("stale") || element("access").hidden === false) {
    document.body.classList.remove("stale");
    element("access").hidden = true;
    element("content").hidden = false;
  }
  const { version, auth, seed } = service ?? data ?? {};
  tell(element("state"), `live · version ${version} · seed ${seed} · authentication: ${auth}`);
  element("state").className = "live";
  TAKERS[name]?.(data);
}

function complain(error) {
  const isLocked = error.status === 401 || error.status === 403;
  element("access").hidden = !isLocked;
  element("content").hidden = isLocked;
  element("state").className = "broken";
  if (isLocked) {
    tell(element("state"), error.status === 401 ? "A control token is wanted." : "This page may not control it.");
    tell(element("access-reason"), error.message);
    return;
  }
  document.body.classList.add("stale");
  const since = lastHeard ? ` What you see is from ${lastHeard.toLocaleTimeString("en-GB")}.` : "";
  tell(element("state"), `${error.message}${since}`);
}

/** Listens for as long as the page is looked at; a tab in the background asks for nothing. */
async function listenForEver() {
  for (;;) {
    listening = new AbortController();
    if (document.hidden) {
      await new Promise((shown) => document.addEventListener("visibilitychange", shown, { once: true }));
      continue;
    }
    const { signal } = listening;
    let isFresh = true;
    try {
      await api.listen(project, signal, (name, data) => {
        if (signal.aborted) return;
        // What is known from the connection before may be gone by now.
        if (isFresh) {
          worlds.forget();
          resources.forget(false);
        }
        isFresh = false;
        hear(name, data);
      });
    } catch (error) {
      if (signal.aborted) continue;
      if (error.status === 400) {
        // The address of the page names what cannot be a project.
        say(error.message);
        go(null);
        continue;
      }
      complain(error.name === "AbortError" ? new Error("Papercloud does not answer.") : error);
      await new Promise((next) => setTimeout(next, RETRY_MILLISECONDS));
    }
  }
}

// What can be done with a world.

async function giveLabel() {
  const label = worlds.get(project)?.label ?? "";
  const fields = [{ label: "Label", name: "label", type: "text", maxLength: 256, value: label }];
  const values = await ask({ title: "Name this world", yes: "Name it", fields });
  if (values) await api.call("PUT", api.worldPath(project, "/label"), { label: values.label || null });
}

async function exportWorld() {
  const document = await api.callText("GET", api.worldPath(project));
  const address = URL.createObjectURL(new Blob([document], { type: "application/json" }));
  make("a", { href: address, download: `${project}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function clear() {
  const text = "The journal of this world becomes empty. What exists stays.";
  if (await ask({ title: "Clear the requests", text, yes: "Clear" })) {
    await api.call("DELETE", api.worldPath(project, "/requests"));
  }
}

async function reset() {
  const text = "Everything in it is forgotten: resources, jobs, clock, faults and requests.";
  if (await ask({ title: "Reset this world", text, yes: "Reset" })) {
    await api.call("DELETE", api.worldPath(project));
  }
}

function begin() {
  const chosen = () => project;
  worlds.begin((id) => go(id));
  clock.begin(chosen);
  requests.begin((id) => go(project, "requests", id));
  resources.begin(chosen);
  faults.begin(chosen);
  coverage.begin(chosen);
  report.begin((id) => go(project, "requests", id));
  const actions = { label: giveLabel, export: exportWorld, clear, reset };
  for (const [id, action] of Object.entries(actions)) document.getElementById(id).onclick = () => attempt(action);
  element("project").after(copyButton(() => project, "Copy the project's ID"));
  element("back").onclick = () => go(null);
  for (const one of TABS) element(`tab-${one}`).onclick = () => go(project, one);
  document.querySelector("[role=tablist]").onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = TABS.filter((one) => !element(`tab-${one}`).hidden);
    if (!step) return;
    const next = all[(all.indexOf(tab) + step + all.length) % all.length];
    go(project, next);
    element(`tab-${next}`).focus();
  };
  document.onkeydown = (event) => {
    if (event.key === "Escape" && read()[2] && !element("ask").open) leaveDetail();
  };
  element("access").onsubmit = (event) => {
    event.preventDefault();
    api.useToken(element("token").value);
    listening.abort();
  };
  addEventListener("hashchange", follow);
  document.addEventListener("visibilitychange", () => document.hidden && listening.abort());
  element("said").onclick = () => say("");
  follow();
  listenForEver();
}

begin();
