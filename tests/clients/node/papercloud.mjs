// Runs a Papercloud for tests written in JavaScript. Node is all it needs.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_MILLISECONDS = 10_000;
const STOP_MILLISECONDS = 10_000;

/** A running service on a free port; the flags are further ones of the program. */
export class Papercloud {
  #process;
  #exited;

  static async start(...flags) {
    const papercloud = new Papercloud();
    await papercloud.#run(flags);
    return papercloud;
  }

  /** A project that nobody has used, with a clock that stands still. */
  async newWorld() {
    const world = new World(this.url, randomUUID().replaceAll('-', ''));
    await world.freeze();
    return world;
  }

  /** Stops the service, and complains unless it ends cleanly and in time. */
  async stop() {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MILLISECONDS);
    const [status, signal] = await this.#exited;
    clearTimeout(timer);
    assert.equal(status, 0, `Papercloud did not end cleanly: ${signal ?? status}`);
  }

  async #run(flags) {
    // Settings meant for another Papercloud must not change this one.
    const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('PAPERCLOUD_'));
    this.#process = spawn(findBinary(), ['--port', '0', '--announce', 'json', ...flags], {
      env: Object.fromEntries(entries),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#process, 'exit');
    let log = '';
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (log += text));
    try {
      const lines = createInterface({ input: this.#process.stdout });
      const signal = AbortSignal.timeout(START_MILLISECONDS);
      const [line] = await Promise.race([
        once(lines, 'line', { signal }),
        this.#exited.then(() => assert.fail('it ended')),
      ]);
      this.url = JSON.parse(line).url;
    } catch (cause) {
      this.#process.kill('SIGKILL');
      const problem = `Papercloud did not announce its address: ${cause.message}\n${log}`;
      throw new Error(problem, { cause });
    }
  }
}

/** A project of a running service, with a clock of its own. */
class World {
  constructor(url, projectId) {
    this.url = url;
    this.projectId = projectId;
  }

  freeze() {
    return this.#turnClock('freeze', {});
  }

  advance(seconds) {
    return this.#turnClock('advance', { seconds });
  }

  async #turnClock(verb, body) {
    const url = `${this.url}/_paper/worlds/${this.projectId}/clock/${verb}`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    assert.ok(answer.ok, `${url} answered ${answer.status}: ${await answer.text()}`);
  }
}

/** The program: the one that PAPERCLOUD_BINARY names, or else the one that cargo built. */
function findBinary() {
  const built = (profile) =>
    fileURLToPath(new URL(`../../../target/${profile}/papercloud`, import.meta.url));
  const named = process.env.PAPERCLOUD_BINARY;
  const candidates = named ? [named] : [built('release'), built('debug')];
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error(
    `there is no program ${candidates.join(' or ')}: run \`cargo build --release\`, or let ` +
      'PAPERCLOUD_BINARY name a papercloud binary',
  );
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
