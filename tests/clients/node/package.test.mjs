// The package papercloud, as it is installed: each of its calls, where the program comes from and how
// it ends, and what its errors say.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as exported from 'papercloud';
import { JournalIncomplete, Papercloud, Refused, Service, World, attach, findBinary } from 'papercloud';

const CREATION = 'CreateDbCacheMapping';
const RDS = '356cf333ab77413f9d2526605227be08in01';
const REDIS = '2bb234c7175c400aab91de7c62174c0ein12';

const BINARY = findBinary();

let papercloud;
let world;
let folder;
let variables;

before(async () => (papercloud = await Papercloud.start('--job-seconds', '2')));
after(() => papercloud?.stop());

beforeEach(async ({ name }) => {
  world = await papercloud.worldOf(name);
  variables = { ...process.env };
  folder = mkdtempSync(join(tmpdir(), 'papercloud-'));
});

afterEach(() => {
  process.env = variables;
  rmSync(folder, { recursive: true });
});

async function create({ url, projectId } = world) {
  const answer = await fetch(`${url}/v3/${projectId}/dbcache/mapping`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': 'any' },
    body: JSON.stringify({ source_instance_id: RDS, target_instance_id: REDIS }),
  });
  return (await answer.json()).job_id;
}

/** Something that can be run. */
function program(text, mode = 0o755) {
  const path = join(folder, 'papercloud');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

// ------------------------------------------------------------------------------------------------
// Worlds, time and jobs

test('the world of a test is new each time, frozen, and called like it', async () => {
  await world.fault({ status: 500 });
  await world.advance(3600);
  const began = await world.now();
  const again = await papercloud.worldOf('the world of a test is new each time, frozen, and called like it');
  assert.equal(again.projectId, world.projectId);
  assert.match(again.projectId, /^[0-9a-f]{32}$/);
  assert.deepEqual([await again.faults(), await again.requests()], [[], []]);
  assert.ok((await again.now()) < began);
  const [listed] = (await papercloud.worlds()).filter((it) => it.project_id === world.projectId);
  assert.match(listed.label, /is new each time/);
  await world.label(null);
  await world.resume(60);
  await world.reset();
  assert.equal((await world.clock()).mode, 'frozen');
});

test('a clock goes by seconds, to an instant and to the next event', async () => {
  const job = await create();
  const now = await world.now();
  assert.deepEqual(await world.advanceTo(new Date(now.getTime() + 1)), []);
  const [due] = await world.advanceToNextEvent();
  assert.deepEqual([due.job_id, due.job_status], [job, 'Completed']);
  assert.deepEqual(await world.advance(60), []);
  await assert.rejects(world.advanceTo(now), Refused);
  await world.autoAdvance();
  assert.equal((await world.clock()).auto_advance, true);
  const later = new Date((await world.now()).getTime() + 1000).toISOString();
  await world.freeze(later);
  assert.equal((await world.clock()).now, later);
});

test('what is under way is listed, held, released, and ends as it is told', async () => {
  assert.deepEqual(await world.jobs(), []);
  const job = await create();
  assert.deepEqual([await world.job(job)], await world.jobs());
  await world.hold(job);
  assert.deepEqual(await world.advance(3600), []);
  await world.release(job);
  await world.fail(job, { percent: 40, reason: 'disk full' });
  assert.equal((await world.job(job)).planned.reason, 'disk full');
  const [due] = await world.advance(3600);
  assert.equal(due.job_status, 'Failed');
  await world.finish(await create());
  assert.deepEqual(await world.jobs(), []);
});

// ------------------------------------------------------------------------------------------------
// Faults, scenarios and what was asked

test('a rule is armed with its words, counts its hits, and is disarmed', async () => {
  const rule = await world.fault({ id: 'busy', operation: CREATION, first: 1, throttle: 5 });
  assert.equal(rule, 'busy');
  await create();
  await create();
  assert.equal(await world.hits('busy'), 1);
  await world.disarm('busy');
  const next = await world.failNext(CREATION, { reason: 'disk full' });
  const [{ id, effect }] = await world.faults();
  assert.deepEqual([id, effect], [next, { job: 'fail', percent: 100, reason: 'disk full' }]);
  await world.disarmAll();
  assert.deepEqual(await world.faults(), []);
  await assert.rejects(world.fault({ operation: 'ListJobs', frist: 1, status: 500 }), /frist/);
});

test('a scenario is defined, chosen, left and forgotten', async () => {
  const name = 'a.test_of-scenarios';
  await papercloud.defineScenario(name, { job_seconds: 100, faults: [] });
  assert.ok((await papercloud.scenarios()).some((it) => it.name === name));
  await world.chooseScenario(name);
  assert.equal(await world.scenario(), name);
  await world.leaveScenario();
  assert.equal(await world.scenario(), null);
  await papercloud.forgetScenario(name);
  await assert.rejects(papercloud.forgetScenario(name), /no scenario is called/);
});

test('requests are chosen, verified and explained', async () => {
  await create();
  const choice = { operation: CREATION, status: 202, committed: true, match: { 'body.source_instance_id': RDS } };
  const [request] = await world.requests(choice);
  assert.equal((await world.explain(request.request_id)).request_id, request.request_id);
  await world.verify({ ...choice, exactly: 1 }, { never: true, operation: 'ListJobs' });
  await assert.rejects(world.verify({ name: 'a name', ...choice, exactly: 2 }), (error) => {
    assert.equal(error.name, 'AssertionError');
    assert.match(error.message, /^a name: .*exactly 2; 1 such request was/);
    return true;
  });
  await assert.rejects(world.verify({ operation: CREATION, status: 500 }), /near miss .*\n    status: expected 500, got 202/);
  const [miss] = await world.nearMisses({ operation: CREATION, status: 500 });
  assert.equal(miss.request_id, request.request_id);
  await create();
  const everything = await world.requests();
  assert.deepEqual(await world.requests({ limit: 1 }), everything.slice(-1));
  assert.deepEqual(await world.requests({ since: request.request_id }), everything.slice(1));
  await world.clearRequests();
  assert.deepEqual(await world.requests(), []);
});

test('a report names everything that was left', async () => {
  await world.assertClean();
  const job = await create();
  await world.fault({ id: 'planted', operation: 'ListJobs', status: 500 });
  assert.equal((await world.report()).clean, false);
  await assert.rejects(world.assertClean(), (error) => {
    const lines = error.message.split('\n');
    assert.match(lines[0], /^world [0-9a-f]{32} \(a report names.*\) is not clean$/);
    assert.match(lines[1], new RegExp(`^- started and never looked at: ${CREATION}, job ${job} is Running`));
    assert.match(lines.at(-1), /^- armed and never hit: \{"id":"planted"/);
    return true;
  });
});

test('a world is exported and restored', async () => {
  await create();
  const exported = await world.export();
  await world.reset();
  await world.restore(exported);
  assert.equal((await world.jobs()).length, 1);
});

test('the service tells what it knows', async () => {
  await create();
  const reports = (await papercloud.report()).worlds;
  assert.ok(reports.some((it) => it.project_id === world.projectId));
  assert.ok((await papercloud.catalogue()).length > 100);
  assert.ok((await papercloud.rules()).length > 100);
  await assert.rejects(papercloud.save(), Refused);
});

test('a journal that dropped requests is no proof', async () => {
  const small = await Papercloud.start('--journal-bytes', '4000');
  try {
    const world = await small.worldOf('a test');
    for (let at = 0; at < 9; at += 1) await create(world);
    await assert.rejects(world.requests(), JournalIncomplete);
    assert.ok((await world.requests({ exact: false })).length > 0);
  } finally {
    await small.stop();
  }
});

// ------------------------------------------------------------------------------------------------
// The program, and a service that runs already

test('a service of ones own ends with its process, however that ends', async () => {
  const script = `
    import { Papercloud } from 'papercloud';
    const { url } = await Papercloud.start();
    console.log(url);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, PAPERCLOUD_BINARY: BINARY },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  const service = new Service(String(said).trim());
  await service.worlds();
  child.kill('SIGKILL');
  const gone = async () => service.worlds().then(() => false, () => true);
  for (let tries = 0; tries < 1000 && !(await gone()); tries += 1);
  await assert.rejects(service.worlds(), /no Papercloud answers GET http:\/\/127.0.0.1:/);
});

test('what cannot be started says so', async () => {
  const starts = async (text, mode) => {
    process.env.PAPERCLOUD_BINARY = text === undefined ? '/no/such/program' : program(text, mode);
    return Papercloud.start();
  };
  await assert.rejects(starts(undefined), /no\/such\/program did not announce.*cannot be started: ENOENT/);
  await assert.rejects(starts('', 0o644), /cannot be started: EACCES/);
  await assert.rejects(starts('#!/bin/sh\necho why >&2; exit 3\n'), /ended with status 3; its log:\nwhy/);
  await assert.rejects(starts('#!/bin/sh\necho hello; exec cat\n'), /did not announce its address/);
  const other = '#!/bin/sh\necho \'{"url": "http://127.0.0.1:1", "version": "0.2.0"}\'; exec cat\n';
  await assert.rejects(starts(other), /it is Papercloud 0.2.0, and the package papercloud is 0.1.0/);
});

test('the program is the last build of the checkout, or that in PATH', () => {
  const here = process.cwd();
  delete process.env.PAPERCLOUD_BINARY;
  delete process.env.CARGO_TARGET_DIR;
  const find = () => {
    process.chdir(folder);
    try {
      return findBinary();
    } finally {
      process.chdir(here);
    }
  };
  process.env.PATH = '';
  assert.throws(find, /there is no papercloud in PATH: let PAPERCLOUD_BINARY/);
  process.env.PATH = folder;
  const installed = program('#!/bin/sh\n');
  assert.equal(find(), installed);
  mkdirSync(join(folder, 'target', 'release'), { recursive: true });
  const built = join(folder, 'target', 'release', 'papercloud');
  writeFileSync(built, '', { mode: 0o755 });
  writeFileSync(join(folder, 'Cargo.toml'), '[package]\nname = "another"\n');
  assert.equal(find(), installed);
  writeFileSync(join(folder, 'Cargo.toml'), '[package]\nname = "papercloud"\n');
  assert.equal(find(), built);
});

test('sessions on one service do not meet', async () => {
  const own = async (session) => {
    const service = await attach(papercloud.url, { session });
    const { projectId } = await service.worldOf('a test of sessions');
    await service.stop();
    return projectId;
  };
  delete process.env.PAPERCLOUD_SESSION;
  const passing = await own();
  assert.notEqual(await own(), passing);
  const kept = await own('job 1');
  assert.equal(await own('job 1'), kept);
  assert.notEqual(await own('job 2'), kept);
  const left = (await papercloud.worlds()).map((it) => it.project_id);
  assert.deepEqual([left.includes(passing), left.includes(kept)], [false, true]);
});

test('a guarded service is controlled with its token, at its own port, over TLS', async () => {
  const flags = ['--control-token=a token', '--control-port', '0', '--tls', 'self-signed'];
  const guarded = await Papercloud.start(...flags, '--service-ports');
  try {
    assert.deepEqual(Object.keys(guarded.servicePorts).sort(), ['DCS', 'GeminiDB', 'IAM', 'TaurusDB']);
    await guarded.worldOf('a test');
    const { controlUrl, certificate } = guarded;
    await assert.rejects(attach(guarded.url, { controlUrl }), /no Papercloud answers GET https:/);
    const without = new Service(guarded.url, { controlUrl, certificate });
    await assert.rejects(without.worlds(), (error) => {
      assert.deepEqual([error.status, error.errorCode], [401, 'PAPER.0401']);
      assert.match(error.message, /no token was sent.*\(GET \/_paper\/worlds\?limit=1000 answered 401 PAPER.0401\)/);
      return true;
    });
    const certificates = join(folder, 'papercloud.pem');
    writeFileSync(certificates, certificate);
    process.env.PAPERCLOUD_TLS_CERTIFICATE = certificates;
    process.env.PAPERCLOUD_CONTROL_TOKEN = 'a token';
    await (await attach(guarded.url, { controlUrl })).worlds();
    process.env.PAPERCLOUD_TLS_CERTIFICATE = '/no/such/file';
    await assert.rejects(attach(guarded.url), /PAPERCLOUD_TLS_CERTIFICATE: ENOENT/);
  } finally {
    await guarded.stop();
  }
});

test('addresses and names are taken as they are', async () => {
  assert.throws(() => new Service('127.0.0.1:8080'), /a URL must begin with http/);
  assert.equal(new Service(`${papercloud.url}//`).url, papercloud.url);
  await assert.rejects(attach('http://127.0.0.1:1'), /no Papercloud answers GET http:\/\/127.0.0.1:1\/_paper\/ready/);
  for (const name of ['a b', 'ä', 'a/b', 'a?b', '...', '..']) {
    await assert.rejects(papercloud.world(name).now(), /a project ID has 1 to 64 letters/, name);
  }
});

// ------------------------------------------------------------------------------------------------
// Its declarations

test('everything that there is is declared, and nothing else', () => {
  const source = fileURLToPath(import.meta.resolve('papercloud')).replace(/\.js$/, '.d.ts');
  const declared = readFileSync(source, 'utf8');
  const types = /^export (?:class|function) (\w+)/gm;
  assert.deepEqual([...declared.matchAll(types)].map(([, name]) => name).sort(), Object.keys(exported).sort());
  for (const kind of [World, Service]) {
    const [, body] = declared.match(new RegExp(`class ${kind.name} \\{(.*?)\n\\}`, 's'));
    const methods = [...body.matchAll(/^  (?:readonly )?(\w+)[(:?]/gm)].map(([, name]) => name);
    for (const name of Object.getOwnPropertyNames(kind.prototype)) {
      assert.ok(methods.includes(name), `${kind.name}.${name} is not declared`);
    }
  }
});

test('its types hold where it is used', () => {
  const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  const uses = fileURLToPath(new URL('uses.ts', import.meta.url));
  const flags = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext'];
  execFileSync(process.execPath, [tsc, ...flags, uses], { stdio: ['ignore', 'inherit', 'inherit'] });
});
