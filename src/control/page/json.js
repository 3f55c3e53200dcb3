// JSON as people read it, with the members marked that a rule spoke of.

import { make } from "./dom.js";

/** More than this is shown as plain text. */
const LONGEST = 100_000;

/** Lines of a JSON value. `marked` has the paths of members that are to stand out. */
export function json(value, marked = new Set()) {
  if (typeof value === "string") return [value];
  const whole = JSON.stringify(value, null, 2);
  if (whole.length > LONGEST) return [whole];
  const lines = [];
  write(value, "", "", "", lines, marked, "");
  return lines;
}

function write(value, path, indent, before, lines, marked, comma) {
  const isMarked = marked.has(path) || marked.has(path.replaceAll(/\[\d+\]/g, "[]"));
  const line = (...parts) => lines.push(make(isMarked ? "mark" : "span", { className: "line" }, indent, ...parts, "\n"));
  const isList = Array.isArray(value);
  const members = value !== null && typeof value === "object" ? Object.entries(value) : null;
  if (members === null || members.length === 0) {
    const kind = typeof value === "string" ? "text" : "literal";
    line(...before, make("span", { className: kind }, JSON.stringify(value)), comma);
    return;
  }
  line(...before, isList ? "[" : "{");
  members.forEach(([name, member], at) => {
    const below = isList ? `${path}[${name}]` : path ? `${path}.${name}` : name;
    const label = isList ? [] : [make("span", { className: "member" }, JSON.stringify(name)), ": "];
    write(member, below, `${indent}  `, label, lines, marked, at < members.length - 1 ? "," : "");
  });
  lines.push(make("span", { className: "line" }, `${indent}${isList ? "]" : "}"}${comma}\n`));
}
