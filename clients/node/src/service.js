// A running Papercloud, whoever has started it.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { urlToHttpOptions } from 'node:url';

import { Refused, ServiceFailed } from './errors.js';
import { World } from './world.js';

const ANSWER_MILLISECONDS = 30_000;
// How many worlds are asked for at once.
const PAGE = 1000;

const { version: VERSION } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url)));

/** A running Papercloud, whoever has started it. */
export class Service {
  #token;
  #session;
  // The worlds that go when this session does; none, unless that is asked for.
  #passing;

  constructor(url, { controlUrl = url, token, certificate, session, forgetWorlds = false } = {}) {
    /** Where programs send their requests to. */
    this.url = url.replace(/\/+$/, '');
    /** Where tests control it from. */
    this.controlUrl = controlUrl.replace(/\/+$/, '');
    /** What to trust with TLS, in PEM; nothing else is trusted then. */
    this.certificate = certificate;
    /** A port for each service besides, with --service-ports. */
    this.servicePorts = {};
    this.#token = token;
    this.#session = session;
    this.#passing = forgetWorlds ? [] : undefined;
    for (const address of [this.url, this.controlUrl]) {
      if (!/^https?:\/\//.test(address)) {
        throw new ServiceFailed(`a URL must begin with http:// or https://, got '${address}'`);
      }
    }
  }

  /** Ends the session. A service that runs for others too goes on. */
  async stop() {
    for (const world of this.#passing?.splice(0) ?? []) {
      await this.ask('DELETE', ['worlds', world.projectId]);
    }
  }

  // Worlds

  /** Everything that belongs to a project. */
  world(projectId) {
    return new World(this, projectId);
  }

  /**
   * The project of a test: new, called like the test, and with a clock that stands still. Its ID
   * follows from the session and the name: on a service of one's own it is the same in every run.
   */
  async worldOf(test) {
    const named = this.#session ? `${this.#session}\n${test}` : test;
    const digest = createHash('sha256').update(named).digest('hex');
    const world = new World(this, digest.slice(0, 32), test);
    await world.reset();
    this.#passing?.push(world);
    return world;
  }

  /** The worlds that there are, at a glance. */
  async worlds() {
    const worlds = [];
    const query = { limit: PAGE };
    for (;;) {
      const { worlds: page } = await this.ask('GET', ['worlds'], { query });
      worlds.push(...page);
      if (page.length < PAGE) return worlds;
      query.marker = page.at(-1).project_id;
    }
  }

  // Scenarios: named sets of clock, job and fault settings, for any project to choose

  /** Defines a scenario, in the place of one with the same name. */
  async defineScenario(name, scenario) {
    await this.ask('PUT', ['scenarios', name], { body: scenario });
  }

  /** Forgets a scenario. Projects that are in it stay there. */
  async forgetScenario(name) {
    await this.ask('DELETE', ['scenarios', name]);
  }

  /** The scenarios that there are. */
  async scenarios() {
    return (await this.ask('GET', ['scenarios'])).scenarios;
  }

  // What it knows

  /** Which rules a request met, and how it is put right. Answers name it as X-Request-Id. */
  explain(requestId) {
    return this.ask('GET', ['requests', requestId]);
  }

  /** The reports on all worlds that there is something to say about. */
  report() {
    return this.ask('GET', ['report']);
  }

  /** Every documented answer of every operation, and what provokes it. */
  async catalogue() {
    return (await this.ask('GET', ['catalogue'])).answers;
  }

  /** Every rule that requests are held to, with its document. */
  async rules() {
    return (await this.ask('GET', ['rules'])).rules;
  }

  /** Saves all worlds now, if it was started with a file to save them in. */
  async save() {
    await this.ask('POST', ['save'], { body: {} });
  }

  /** Makes a control call: the segments of a path below /_paper, not quoted yet. */
  async ask(method, path, { body, query } = {}) {
    const search = new URLSearchParams(query).toString();
    const target = ['/_paper', ...path.map(encodeURIComponent)].join('/') + (search && `?${search}`);
    let status, text;
    try {
      [status, text] = await this.#exchange(method, target, body);
      if (status < 300) return text ? JSON.parse(text) : {};
    } catch (cause) {
      const call = `${method} ${this.controlUrl}${target}`;
      const problem = `no Papercloud answers ${call}: ${cause.message || cause.code}`;
      throw new ServiceFailed(problem, { cause });
    }
    let said = {};
    try {
      said = JSON.parse(text);
    } catch {
      // Somebody else's answer: it is shown as it is.
    }
    const { error_code: errorCode = '', error_msg: reason = text.slice(0, 1000) } = said ?? {};
    throw new Refused(`${method} ${target}`, status, errorCode, reason);
  }

  /** Without fetch, which cannot be told whom to trust, and takes dots out of names. */
  #exchange(method, target, body) {
    const address = urlToHttpOptions(new URL(this.controlUrl));
    const headers = { 'Content-Type': 'application/json' };
    if (this.#token) headers['X-Paper-Token'] = this.#token;
    const options = {
      ...address, path: target, method, headers, ca: this.certificate, timeout: ANSWER_MILLISECONDS,
    };
    const { request } = address.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const asked = request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        answer.on('end', () => resolve([answer.statusCode, text])).on('error', reject);
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/**
 * The service at an address, or else the one that PAPERCLOUD_URL names. Others may use it too:
 * PAPERCLOUD_SESSION names the worlds of this session's tests; without it they have a random name,
 * and go when the session stops.
 */
export async function attach(url = process.env.PAPERCLOUD_URL, options = {}) {
  if (!url) throw new ServiceFailed('attach wants an address, or one in PAPERCLOUD_URL');
  const session = options.session || process.env.PAPERCLOUD_SESSION;
  const service = new Service(url, {
    controlUrl: process.env.PAPERCLOUD_CONTROL_URL || undefined,
    token: process.env.PAPERCLOUD_CONTROL_TOKEN || undefined,
    certificate: certificate(process.env.PAPERCLOUD_TLS_CERTIFICATE),
    ...options,
    session: session || randomBytes(16).toString('hex'),
    forgetWorlds: !session,
  });
  wantSameVersion(await service.ask('GET', ['ready']));
  return service;
}

function certificate(file) {
  try {
    return file ? readFileSync(file, 'utf8') : undefined;
  } catch (cause) {
    throw new ServiceFailed(`PAPERCLOUD_TLS_CERTIFICATE: ${cause.message}`, { cause });
  }
}

/** Fails if a service of another version says who it is; before 1.0 minor versions differ too. */
export function wantSameVersion({ version = 'of an unknown version' }) {
  if (series(version) !== series(VERSION)) {
    throw new ServiceFailed(
      `it is Papercloud ${version}, and the package papercloud is ${VERSION}: ` +
        'install the one that belongs to the other',
    );
  }
}

/** The part of a version that decides which others it gets on with. */
function series(version) {
  const numbers = version.split('.');
  return numbers.slice(0, numbers[0] === '0' ? 2 : 1).join('.');
}
