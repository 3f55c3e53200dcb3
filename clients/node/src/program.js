// A service of one's own: the program, its start, and its end.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { ServiceFailed } from './errors.js';
import { Service, attach, wantSameVersion } from './service.js';

const START_MILLISECONDS = 10_000;
const STOP_MILLISECONDS = 10_000;

/** A service of one's own, on a free port. It stops with this process, however that ends. */
export class Papercloud extends Service {
  #process;
  #exited;

  /** Starts one; the flags are further ones of the program. */
  static async start(...flags) {
    const program = findBinary();
    // Settings meant for another Papercloud must not change this one.
    const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('PAPERCLOUD_'));
    const own = ['--port', '0', '--announce', 'json', '--stop-with-stdin'];
    const child = spawn(program, [...own, ...flags], { env: Object.fromEntries(entries) });
    const exited = new Promise((end) => {
      // Not exit, after which there may still be something of its log to read.
      child.once('close', (status, signal) => end(`ended with ${signal ?? `status ${status}`}`));
      child.once('error', (error) => end(`cannot be started: ${error.code}`));
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
    child.stdin.on('error', () => {});
    try {
      const lines = createInterface({ input: child.stdout });
      const signal = AbortSignal.timeout(START_MILLISECONDS);
      const line = await Promise.race([
        once(lines, 'line', { signal }).then(([line]) => line),
        exited.then((end) => Promise.reject(new Error(end))),
      ]);
      const said = JSON.parse(line);
      wantSameVersion(said);
      return new Papercloud(child, exited, said, flags);
    } catch (cause) {
      child.kill('SIGKILL');
      const problem = `${program} did not announce its address: ${cause.message}; its log:\n${log}`;
      throw new ServiceFailed(problem, { cause });
    }
  }

  constructor(child, exited, said, flags) {
    super(said.url, {
      controlUrl: said.control_port ? said.url.replace(/:\d+$/, `:${said.control_port}`) : undefined,
      token: valueOf('--control-token', flags),
      certificate: said.certificate ?? undefined,
    });
    this.servicePorts = said.service_ports ?? {};
    this.#process = child;
    this.#exited = exited;
    // It does not keep this process from ending: then its standard input closes, and it stops.
    for (const handle of [child, child.stdin, child.stdout, child.stderr]) handle.unref();
  }

  /** Stops the service, and complains unless it ends cleanly and in time. */
  async stop() {
    this.#process.ref();
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MILLISECONDS);
    const end = await this.#exited;
    clearTimeout(timer);
    if (end !== 'ended with status 0') {
      throw new ServiceFailed(`Papercloud did not end cleanly: it ${end}`);
    }
  }
}

/** The service that PAPERCLOUD_URL names, or else one of one's own with further flags. */
export function start(...flags) {
  return process.env.PAPERCLOUD_URL ? attach() : Papercloud.start(...flags);
}

/** The program: PAPERCLOUD_BINARY, the last build of the checkout worked in, or that in PATH. */
export function findBinary() {
  if (process.env.PAPERCLOUD_BINARY) return resolve(process.env.PAPERCLOUD_BINARY);
  const target = buildFolder();
  const profiles = ['debug', 'quick', 'release', 'dist'];
  const builds = target ? profiles.map((profile) => join(target, profile, 'papercloud')) : [];
  const age = (path) => statSync(path).mtimeMs;
  const [built] = builds.filter(isExecutable).sort((one, other) => age(other) - age(one));
  const path = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'papercloud'));
  const found = built ?? path.find(isExecutable);
  if (found) return found;
  throw new ServiceFailed(
    `there is no papercloud in PATH${target ? `, and none that was built in ${target}` : ''}: let ` +
      'PAPERCLOUD_BINARY name the program, or PAPERCLOUD_URL a service that runs',
  );
}

/** Where Cargo builds in the checkout of Papercloud that this process works in, if it does. */
function buildFolder() {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    try {
      const manifest = readFileSync(join(folder, 'Cargo.toml'), 'utf8');
      if (/^name = "papercloud"$/m.test(manifest)) {
        return resolve(folder, process.env.CARGO_TARGET_DIR ?? 'target');
      }
    } catch {
      // No manifest here.
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The value of a flag, as `--flag value` or `--flag=value`. */
function valueOf(flag, flags) {
  const at = flags.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (at < 0) return undefined;
  return flags[at] === flag ? flags[at + 1] : flags[at].slice(flag.length + 1);
}
