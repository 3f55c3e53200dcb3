// A project with everything that a test may do with it.

import { AssertionError } from 'node:assert';

import { JournalIncomplete } from './errors.js';
import { finding, unclean } from './words.js';

// How many requests are asked for at once.
const PAGE = 1000;

/** The words of a rule that say which requests it is about. All others say what happens to them. */
const WHICH = [
  'id', 'service', 'operation', 'match', 'first', 'nth', 'every', 'probability', 'while', 'phase',
];

/** A project of a running service: its clock, its jobs, its faults, and what was asked of it. */
export class World {
  #test;

  constructor(service, projectId, test) {
    this.service = service;
    this.projectId = projectId;
    // The test that it belongs to, if it is one's own: then it always begins frozen.
    this.#test = test;
  }

  /** The endpoint for programs. */
  get url() {
    return this.service.url;
  }

  // Time

  /** The clock: `mode`, `now`, `scale`, `auto_advance`, and `next_event` if there is one. */
  clock() {
    return this.#ask('GET', 'clock');
  }

  /** What the clock shows. */
  async now() {
    return new Date((await this.clock()).now);
  }

  /** Stops the clock, now or at a later time. What became due by that. */
  freeze(at) {
    return this.#turn('freeze', at === undefined ? {} : { at: instant(at) });
  }

  /** Lets the clock run, `scale` times as fast as real time. */
  async resume(scale = 1) {
    await this.#ask('POST', 'clock/resume', { body: { scale } });
  }

  /** Moves the clock forward by seconds. What became due by that. */
  advance(seconds) {
    return this.#turn('advance', { seconds });
  }

  /** Moves the clock forward to an instant. What became due by that. */
  advanceTo(at) {
    return this.#turn('advance', { to: instant(at) });
  }

  /** Moves the clock to the next moment at which anything comes to another status. */
  advanceToNextEvent() {
    return this.#turn('advance', { to: 'next-event' });
  }

  /** Lets each look at something unfinished move the clock to the next event. */
  async autoAdvance(enabled = true) {
    await this.#ask('POST', 'clock/auto-advance', { body: { enabled } });
  }

  // Jobs, by their own IDs or those of what they work on

  /** Everything that is under way, in the order of the next event. */
  async jobs() {
    return (await this.#ask('GET', 'jobs')).jobs;
  }

  /** A job that is under way: how far it has come, and how it is planned to end. */
  job(jobId) {
    return this.#ask('GET', ['jobs', jobId]);
  }

  /** Lets it end well now. */
  async finish(jobId) {
    await this.#ask('POST', ['jobs', jobId, 'finish'], { body: {} });
  }

  /** Lets it fail for a `reason`: now, when it has come to a `percent`, or when a `stage` begins. */
  async fail(jobId, failure = {}) {
    await this.#ask('POST', ['jobs', jobId, 'fail'], { body: failure });
  }

  /** Lets it stand still until it is released. */
  async hold(jobId) {
    await this.#ask('POST', ['jobs', jobId, 'hold'], { body: {} });
  }

  /** Lets it go on from where it stands still. */
  async release(jobId) {
    await this.#ask('POST', ['jobs', jobId, 'release'], { body: {} });
  }

  /** Lets what the next call of an operation starts fail. The name of the rule. */
  failNext(operation, { percent = 100, reason } = {}) {
    return this.fault({ operation, first: 1, job: 'fail', percent, reason });
  }

  // Faults

  /**
   * Arms a rule: which requests, and what happens to them. Its name, which `id` may give.
   *
   *     await world.fault({ operation: 'CreateDbCacheMapping', first: 2, status: 503 });
   *     await world.fault({ operation: 'ListJobs', throttle: 5 });
   */
  async fault(rule) {
    const entries = Object.entries(rule);
    const which = entries.filter(([word]) => WHICH.includes(word));
    const effect = entries.filter(([word]) => !WHICH.includes(word));
    const body = { ...Object.fromEntries(which), effect: Object.fromEntries(effect) };
    return (await this.#ask('POST', 'faults', { body })).id;
  }

  /** The rules that are armed, in the order in which they are asked, with their `hits`. */
  async faults() {
    return (await this.#ask('GET', 'faults')).faults;
  }

  /** How many requests a rule has hit. */
  async hits(rule) {
    return (await this.#ask('GET', ['faults', rule])).hits;
  }

  /** Takes a rule back. */
  async disarm(rule) {
    await this.#ask('DELETE', ['faults', rule]);
  }

  /** Takes all rules back. */
  async disarmAll() {
    await this.#ask('DELETE', 'faults');
  }

  // Scenarios

  /** Lets a named scenario hold for every request of the project. */
  async chooseScenario(name) {
    await this.#ask('PUT', 'scenario', { body: { name } });
  }

  /** Lets none hold any more. Its rules are disarmed; the clock stays as it is. */
  async leaveScenario() {
    await this.#ask('DELETE', 'scenario');
  }

  /** The scenario that was chosen, or null. */
  async scenario() {
    return (await this.#ask('GET', 'scenario')).name;
  }

  // What was asked

  /**
   * The requests that everything given is true of, the oldest first; `match` has values by their
   * paths. `since` the one with this ID, and at most the last `limit`. Where the journal had to drop
   * requests, that is an error, unless `exact` is false.
   */
  async requests({ match = {}, limit, exact = true, ...filters } = {}) {
    const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
    const fields = Object.entries(match).map(([path, value]) => [`field.${path}`, value]);
    const given = [...Object.entries(filters), ...fields].filter(([, value]) => value !== undefined);
    const query = Object.fromEntries(given.map(([name, value]) => [name, text(value)]));
    let shown = limit ?? PAGE;
    let answer;
    for (;;) {
      answer = await this.#ask('GET', 'requests', { query: { ...query, limit: shown } });
      if (limit !== undefined || answer.count <= shown) break;
      // More of them; and more may come meanwhile.
      shown = answer.count;
    }
    if (exact && !answer.exact) {
      throw new JournalIncomplete(
        `${answer.dropped} requests were dropped from the journal of ${this.projectId}; start the ` +
          'service with more --journal-bytes, or take what is left with exact: false',
      );
    }
    return answer.requests;
  }

  /** Forgets the requests, also that any were dropped. */
  async clearRequests() {
    await this.#ask('DELETE', 'requests');
  }

  /** The requests that differ least from what is given, with their differences. */
  async nearMisses(pattern) {
    return (await this.#ask('POST', 'requests/near-misses', { body: pattern })).near_misses;
  }

  /**
   * Holds checks against the journal, and fails with what came nearest.
   *
   *     await world.verify({ operation: 'CreateDbCacheMapping', match: { backup_id: 'x' }, exactly: 1 });
   */
  async verify(...checks) {
    const { checks: found } = await this.#ask('POST', 'requests/verify', { body: { checks } });
    const failed = found.filter(({ passed }) => !passed).map(finding);
    if (failed.length > 0) throw new AssertionError({ message: failed.join('\n') });
  }

  /** Which rules a request met, and how it is put right. Answers name it as X-Request-Id. */
  explain(requestId) {
    return this.service.explain(requestId);
  }

  /** What was left behind, and what a careful client would have done otherwise. */
  report() {
    return this.#ask('GET', 'report');
  }

  /** Fails if the report has anything to say. */
  async assertClean() {
    const report = await this.report();
    if (!report.clean) throw new AssertionError({ message: unclean(report) });
  }

  // The world as a whole

  /** Makes an instance known at once: an `id` and an `engine`, as in a world file. */
  addInstance(instance) {
    return this.#ask('POST', 'instances', { body: instance });
  }

  /** Calls the project like its test, for reports. */
  async label(label) {
    await this.#ask('PUT', 'label', { body: { label: label && label.slice(0, 256) } });
  }

  /** Everything that decides future answers, for `restore`; the same program reads it back. */
  export() {
    return this.#ask('GET', []);
  }

  /** Puts what was exported in the place of the project's world: the HTTP API's import. */
  async restore(exported) {
    await this.#ask('PUT', [], { body: exported });
  }

  /** Forgets everything about the project. That of a test begins again: frozen, with its label. */
  async reset() {
    await this.#ask('DELETE', []);
    if (this.#test !== undefined) {
      await this.freeze();
      await this.label(this.#test);
    }
  }

  async #turn(how, body) {
    return (await this.#ask('POST', `clock/${how}`, { body })).due;
  }

  #ask(method, path, options) {
    const segments = typeof path === 'string' ? path.split('/') : path;
    return this.service.ask(method, ['worlds', this.projectId, ...segments], options);
  }
}

function instant(at) {
  return at instanceof Date ? at.toISOString() : at;
}
