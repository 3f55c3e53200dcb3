// The requests of the chosen world, the latest first: searched here, since all of them are here.

import { counted, element, make, patch, pill, tell, timeOfDay, whenFree } from "./dom.js";

const PAGE = 200;
/** By their numbers in the journal, the oldest first. */
let rows = [];
let missing = { dropped: 0, in_flight: 0 };
let shown = PAGE;
let kind = "all";
let chosen = null;
let choose = () => {};
/** The number of the newest request that was there when the world was opened. */
let newest = null;

const KINDS = {
  all: () => true,
  refused: (row) => row.decision === "refused" || row.decision === "unknown",
  faults: (row) => row.fault !== undefined,
  warned: (row) => row.warnings > 0,
  changes: (row) => row.committed,
};

export function begin(whenChosen) {
  choose = whenChosen;
  element("request-search").oninput = () => showAnew();
  element("kinds").onclick = ({ target }) => {
    if (!(target.value in KINDS)) return;
    kind = target.value;
    for (const one of element("kinds").children) one.setAttribute("aria-pressed", one === target);
    showAnew();
  };
  element("older").onclick = () => {
    shown += PAGE;
    show(true);
  };
  element("requests").onkeydown = walk;
  whenFree(element("requests"), () => show());
}

export function forget() {
  rows = [];
  missing = { dropped: 0, in_flight: 0 };
  showAnew();
}

/** Takes what came to the journal; `oldest` is the number of the first that it still has. */
export function take({ anew, oldest, dropped, in_flight, requests }) {
  if (anew) rows = [];
  if (anew) newest = requests.at(-1)?.number ?? -1;
  missing = { dropped, in_flight };
  const [first] = requests;
  if (first && rows.length > 0 && first.number < rows[0].number) rows = requests.concat(rows);
  else rows = rows.concat(requests);
  if (rows[0]?.number < oldest) rows = rows.filter((row) => row.number >= oldest);
  tell(element("tab-requests").firstElementChild, (dropped + rows.length).toLocaleString("en"));
  // What was forgotten on purpose goes at once, wherever the pointer is.
  show(anew || rows.length === 0);
}

export function mark(id) {
  chosen = id;
  for (const item of element("requests").children) item.firstChild.setAttribute("aria-current", item.dataset.id === id);
}

function showAnew() {
  shown = PAGE;
  show(true);
}

function words(row) {
  row.words ??= [row.operation, row.method, row.path, row.status, row.reason, row.fault, row.request_id]
    .join(" ")
    .toLowerCase();
  return row.words;
}

function show(force = false) {
  const text = element("request-search").value.trim().toLowerCase();
  const isMeant = (row) => KINDS[kind](row) && (!text || words(row).includes(text));
  const meant = [];
  let count = 0;
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    if (!isMeant(rows[at])) continue;
    count += 1;
    if (count <= shown) meant.push(rows[at]);
  }
  const back = patch(element("requests"), meant, { key: (row) => `${row.number}`, create }, force);
  element("older").hidden = count <= shown;
  const all = counted(rows.length, "request");
  const notes = [
    count < rows.length ? `${count.toLocaleString("en")} of ${all}` : all,
    missing.in_flight > 0 && `${missing.in_flight} in flight`,
    missing.dropped > 0 && `${missing.dropped.toLocaleString("en")} older dropped`,
    back > 0 && `${back} new`,
  ];
  tell(element("request-note"), notes.filter(Boolean).join(" · "));
}

/** The colour of a request, and its sign for those who do not see colours. */
export function toneOf({ status, fault, decision, warnings }) {
  if (fault !== undefined) return ["fault", "◆"];
  if (decision === "refused" || decision === "unknown") return ["bad", "▲"];
  if (status === null || status >= 400) return ["bad", "▲"];
  return warnings > 0 ? ["warn", "!"] : ["good", "●"];
}

function create(row) {
  const [tone, sign] = toneOf(row);
  const target = `${row.method} ${row.path}`;
  // The path says what the operation says, unless nobody knows which one is meant.
  const about = row.reason ?? (row.operation ? "" : target);
  const open = make("button", { type: "button", className: row.number > newest ? "row fresh" : "row", onclick: () => choose(row.request_id) });
  open.append(
    make("time", { title: row.received }, timeOfDay(row.received)),
    pill(`${sign} ${row.status ?? "none"}`, tone),
    make("b", {}, row.operation ?? "unknown call"),
    make("small", { title: about || target }, about),
  );
  open.setAttribute("aria-current", row.request_id === chosen);
  const item = make("div", { role: "listitem" }, open);
  item.dataset.id = row.request_id;
  return item;
}

function walk(event) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = step && event.target.closest("[role=listitem]")?.[step];
  if (!next) return;
  event.preventDefault();
  next.firstChild.focus();
}
