// Calls of the control API, and the stream of what changes.

let token = sessionStorage.getItem("token") ?? "";

export function useToken(given) {
  token = given;
  sessionStorage.setItem("token", given);
}

/** What the service answered instead of what was asked for. */
export class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  const headers = token ? { "X-Paper-Token": token } : {};
  let answer;
  try {
    answer = await fetch(path, { ...options, headers, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("Papercloud does not answer.");
  }
  if (answer.ok) return answer;
  const text = await answer.text();
  let reason = answer.statusText;
  try {
    reason = JSON.parse(text).error_msg ?? reason;
  } catch {
    // Not in the words of the control API.
  }
  throw new Refused(answer.status, reason);
}

/** A call; its body and its answer are JSON. */
export async function call(method, path, body) {
  const text = await callText(method, path, body);
  return text ? JSON.parse(text) : null;
}

export async function callText(method, path, body) {
  const answer = await ask(path, { method, body: body && JSON.stringify(body) });
  return answer.text();
}

export const worldPath = (project, below = "") => `/_paper/worlds/${encodeURIComponent(project)}${below}`;

/** How long the stream may be silent, in milliseconds: it says something every two seconds. */
const SILENCE = 6000;

/**
 * Listens to what changes, until it ends or is aborted. Server-sent events, but read here: an
 * EventSource cannot send a token, nor say why it was refused.
 */
export async function listen(project, signal, take) {
  const query = project === null ? "" : `?world=${encodeURIComponent(project)}`;
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  const answer = await ask(`/_paper/events${query}`, { signal: either });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const silence = setTimeout(() => broken.abort(), SILENCE);
    const { value, done } = await reader.read();
    clearTimeout(silence);
    if (done) throw new Error("Papercloud does not answer.");
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const [, name, data] = /^event: (\S+)\ndata: (.*)$/.exec(event) ?? [];
      take(name ?? "silence", data && JSON.parse(data));
    }
  }
}
