// The list of worlds: the newest first, searched, and marked where something is wrong.

import { counted, element, make, patch, tell, whenFree } from "./dom.js";

const PAGE = 100;
const worlds = new Map();
let shown = PAGE;
let chosen = null;
let choose = () => {};

export function begin(whenChosen) {
  choose = whenChosen;
  element("world-search").oninput = () => show(true);
  element("world-marked").onchange = () => show(true);
  element("more-worlds").onclick = () => {
    shown += PAGE;
    show(true);
  };
  whenFree(element("worlds"), () => show());
}

export function forget() {
  worlds.clear();
}

export function take({ changed, gone }) {
  for (const id of gone) worlds.delete(id);
  for (const world of changed) worlds.set(world.project_id, world);
  show();
}

export const get = (project) => worlds.get(project);
export const isEmpty = () => worlds.size === 0;

/** The newest world of a project, or the account's if there is no other. */
export function newest() {
  const [first] = sorted();
  return first?.project_id ?? null;
}

export function mark(project) {
  chosen = project;
  for (const item of element("worlds").children) {
    item.firstChild.setAttribute("aria-current", item.dataset.key === project);
  }
}

/** What a world is called. */
export function nameOf({ project_id: id, label }) {
  return label ?? (id === "@account" ? "Account (IAM)" : id);
}

function sorted() {
  const isAccount = (world) => world.project_id === "@account";
  return [...worlds.values()].sort((a, b) => isAccount(a) - isAccount(b) || b.made - a.made);
}

function marks({ refused, failed, findings }) {
  return [
    findings > 0 && ["warn", "!", counted(findings, "finding")],
    failed > 0 && ["bad", "✕", counted(failed, "failed job")],
    refused > 0 && ["bad", "▲", counted(refused, "refused request")],
  ].filter(Boolean);
}

function show(force = false) {
  const text = element("world-search").value.trim().toLowerCase();
  const onlyMarked = element("world-marked").checked;
  const meant = sorted().filter(
    (world) =>
      (!onlyMarked || marks(world).length > 0) &&
      (!text || `${world.label ?? ""} ${world.project_id}`.toLowerCase().includes(text)),
  );
  const back = patch(element("worlds"), meant.slice(0, shown), { key: (world) => world.project_id, create, fill }, force);
  const all = worlds.size === meant.length;
  const count = all ? counted(worlds.size, "world") : `${meant.length} of ${counted(worlds.size, "world")}`;
  tell(element("world-note"), back > 0 ? `${count} · ${back} new` : count);
  element("more-worlds").hidden = meant.length <= shown;
}

function create(world) {
  const row = make("button", { type: "button", className: "row", onclick: () => choose(world.project_id) });
  row.append(make("b"), make("small"), make("span", { className: "marks" }));
  row.setAttribute("aria-current", world.project_id === chosen);
  return make("div", { role: "listitem" }, row);
}

function fill(item, world) {
  const [name, about, marked] = item.firstChild.children;
  tell(name, nameOf(world));
  item.firstChild.title = world.project_id;
  const way = world.under_way > 0 ? ` · ${world.under_way} under way` : "";
  tell(about, `${counted(world.requests, "request")}${way}`);
  const wanted = JSON.stringify(marks(world));
  if (marked.dataset.of === wanted) return;
  marked.dataset.of = wanted;
  marked.replaceChildren(...marks(world).map(([tone, sign, words]) => {
    const number = words.split(" ")[0];
    return make("span", { className: `mark ${tone}`, title: words, role: "img", ariaLabel: words }, `${sign}${number}`);
  }));
}
