// Making and patching elements. Everything is set as text, never as markup.

export const element = (id) => document.getElementById(id);

/** An element with properties or attributes, and children. Text among them stays text. */
export function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

/** Sets a text only if it is another one, so that a selection in it stays. */
export function tell(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A button that does something with the service, and says what went wrong with it. */
export function button(label, action, properties = {}) {
  return make("button", { type: "button", onclick: () => attempt(action), ...properties }, label);
}

/** Does something; if that fails, the page says why. */
export async function attempt(action) {
  try {
    say("");
    await action();
  } catch (error) {
    say(error.message);
  }
}

export function say(text) {
  tell(element("said"), text);
  element("said").hidden = text === "";
}

let pressed = null;
addEventListener("pointerdown", (event) => (pressed = event.target), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pressed = null), true);
const hovers = matchMedia("(hover: hover)");

/** Whether somebody points at a list or selects text in it: then nothing may move there. */
export function isTouched(list) {
  if ((hovers.matches && list.matches(":hover")) || list.contains(pressed)) return true;
  const selection = getSelection();
  return !selection.isCollapsed && list.contains(selection.anchorNode);
}

/** The lists that keep something back. */
const waiting = new WeakSet();

/** Shows a list anew as soon as nobody points at it any more. */
export function whenFree(list, show) {
  const look = () => requestAnimationFrame(() => waiting.has(list) && !isTouched(list) && show());
  list.addEventListener("pointerleave", look);
  for (const event of ["pointerup", "selectionchange"]) document.addEventListener(event, look);
}

/**
 * Makes the children of a list those of its items, by their keys: what is there already is only
 * filled anew, so it keeps focus, selection and clicks. Where that would move something under the
 * pointer, nothing is added or taken away; how many are kept back is returned. That is judged by
 * `within`, where lists are shown one below the other.
 */
export function patch(list, items, { key, create, fill, within = list }, force = false) {
  const held = !force && within.textContent !== "" && isTouched(within);
  if (held) waiting.add(within);
  else waiting.delete(within);
  const known = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const keys = new Set(items.map(key));
  if (!held) for (const [name, child] of known) if (!keys.has(name)) child.remove();
  let next = list.firstElementChild;
  let back = 0;
  for (const item of items) {
    let node = known.get(key(item));
    if (!node) {
      if (held) {
        back += 1;
        continue;
      }
      node = create(item);
      node.dataset.key = key(item);
    }
    if (!held && node !== next) list.insertBefore(node, next);
    else if (!held) next = next.nextElementSibling;
    fill?.(node, item);
  }
  return back;
}

/** A word in colour: how something stands. */
export function pill(text, tone = "") {
  return make("span", { className: `pill ${tone}` }, text);
}

/** A text to copy. */
export function code(text, name) {
  const shown = make("pre", { tabIndex: 0, ariaLabel: name }, text);
  return make("div", { className: "code" }, shown, copyButton(() => text, `Copy ${name}`));
}

export function copyButton(text, name) {
  const made = make("button", { type: "button", className: "copy", ariaLabel: name }, "Copy");
  made.onclick = async () => {
    made.textContent = (await copy(text())) ? "Copied" : "Not copied";
    setTimeout(() => (made.textContent = "Copy"), 1500);
  };
  return made;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers give the clipboard to pages of this machine and of HTTPS only.
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** Asks for some values in a dialogue. Nothing, if it is cancelled. */
export function ask({ title, text = "", yes, fields = [] }) {
  const dialog = element("ask");
  tell(element("ask-title"), title);
  tell(element("ask-text"), text);
  tell(element("ask-yes"), yes);
  const inputs = fields.map(({ label, ...input }) => [label, make("input", input)]);
  element("ask-fields").replaceChildren(...inputs.map(([label, input]) => make("label", {}, label, input)));
  dialog.showModal();
  return new Promise((resolve) => {
    const end = (values) => {
      dialog.onclose = null;
      dialog.close();
      resolve(values);
    };
    dialog.onclose = () => end(null);
    element("ask-no").onclick = () => end(null);
    dialog.querySelector("form").onsubmit = (event) => {
      event.preventDefault();
      end(Object.fromEntries(inputs.map(([, input]) => [input.name, input.value])));
    };
  });
}

/** The time of day of a moment such as 2026-01-01T12:00:00.000Z. */
export const timeOfDay = (moment) => moment.slice(11, 23);

export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
