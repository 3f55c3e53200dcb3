/** Tests against Papercloud, a paper copy of a cloud's control plane. */

// As the control API answers it.
export type Json = Record<string, any>;
export type Instant = Date | string;

/** A service cannot be started or reached, or has not ended as it should. */
export class ServiceFailed extends Error {}

/** A control call that is refused. Nothing of it was done. */
export class Refused extends Error {
  readonly call: string;
  readonly status: number;
  readonly errorCode: string;
  readonly reason: string;
}

/** Requests were dropped from a journal, so nobody can tell which there were. */
export class JournalIncomplete extends Error {}

export interface ServiceOptions {
  controlUrl?: string;
  token?: string;
  /** What to trust with TLS, in PEM; nothing else is trusted then. */
  certificate?: string;
  /** Keeps the worlds of this session's tests apart from those of others on the same service. */
  session?: string;
}

/** A running Papercloud, whoever has started it. */
export class Service {
  constructor(url: string, options?: ServiceOptions);
  readonly url: string;
  readonly controlUrl: string;
  readonly certificate?: string;
  readonly servicePorts: Record<string, number>;
  /** Ends the session. A service that runs for others too goes on. */
  stop(): Promise<void>;
  /** Everything that belongs to a project. */
  world(projectId: string): World;
  /** The project of a test: new, called like the test, and with a clock that stands still. */
  worldOf(test: string): Promise<World>;
  worlds(): Promise<Json[]>;
  defineScenario(name: string, scenario: Json): Promise<void>;
  forgetScenario(name: string): Promise<void>;
  scenarios(): Promise<Json[]>;
  /** Which rules a request met, and how it is put right. Answers name it as X-Request-Id. */
  explain(requestId: string): Promise<Json>;
  report(): Promise<Json>;
  catalogue(): Promise<Json[]>;
  rules(): Promise<Json[]>;
  save(): Promise<void>;
  /** Makes a control call: the segments of a path below /_paper, not quoted yet. */
  ask(
    method: string,
    path: string[],
    options?: { body?: Json; query?: Record<string, string | number> },
  ): Promise<Json>;
}

/** A service of one's own, on a free port. It stops with this process, however that ends. */
export class Papercloud extends Service {
  private constructor();
  /** Starts one; the flags are further ones of the program. */
  static start(...flags: string[]): Promise<Papercloud>;
}

/** The service that PAPERCLOUD_URL names, or else one of one's own with further flags. */
export function start(...flags: string[]): Promise<Service>;
/** The service at an address, or else the one that PAPERCLOUD_URL names. */
export function attach(url?: string, options?: ServiceOptions): Promise<Service>;
/** The program: PAPERCLOUD_BINARY, the last build of the checkout worked in, or that in PATH. */
export function findBinary(): string;

/** Which requests: those that everything given is true of. */
export interface Choice {
  operation?: string;
  service?: string;
  method?: string;
  status?: number;
  committed?: boolean;
  /** The rule that made them go wrong. */
  fault?: string;
  /** Values by their paths, such as {"source_instance.id": "x", "answer.body.job_id": "y"}. */
  match?: Json;
}

/** A claim about the requests of a choice; if nothing is said, that there is one. */
export interface Check extends Choice {
  name?: string;
  exactly?: number;
  at_least?: number;
  at_most?: number;
  never?: boolean;
  at_most_once_committed?: boolean;
  sequence?: Choice[];
}

/** Which requests, and what happens to them. */
export interface Rule {
  id?: string;
  service?: string;
  operation?: string;
  match?: Json;
  first?: number;
  nth?: number;
  every?: number;
  probability?: number;
  while?: { operation: string; status: string };
  phase?: 'before' | 'after';
  status?: number;
  body?: unknown;
  error?: string;
  error_code?: string;
  message?: string;
  throttle?: number;
  latency_ms?: number | { from: number; to: number } | { median: number; p99: number };
  reset?: true;
  truncate?: true;
  malformed?: true;
  slow_body?: number;
  job?: 'fail' | 'hold' | 'succeed';
  percent?: number;
  stage?: string;
  reason?: string;
  seconds?: number;
}

/** A project of a running service: its clock, its jobs, its faults, and what was asked of it. */
export class World {
  constructor(service: Service, projectId: string, test?: string);
  readonly service: Service;
  readonly projectId: string;
  /** The endpoint for programs. */
  readonly url: string;

  clock(): Promise<Json>;
  now(): Promise<Date>;
  /** Stops the clock, now or at a later time. What became due by that. */
  freeze(at?: Instant): Promise<Json[]>;
  /** Lets the clock run, `scale` times as fast as real time. */
  resume(scale?: number): Promise<void>;
  /** Moves the clock forward by seconds. What became due by that. */
  advance(seconds: number): Promise<Json[]>;
  advanceTo(at: Instant): Promise<Json[]>;
  /** Moves the clock to the next moment at which anything comes to another status. */
  advanceToNextEvent(): Promise<Json[]>;
  /** Lets each look at something unfinished move the clock to the next event. */
  autoAdvance(enabled?: boolean): Promise<void>;

  /** Everything that is under way, in the order of the next event. */
  jobs(): Promise<Json[]>;
  job(jobId: string): Promise<Json>;
  finish(jobId: string): Promise<void>;
  /** Lets it fail: now, when it has come to a `percent`, or when a `stage` begins. */
  fail(
    jobId: string,
    failure?: { percent?: number; stage?: string; reason?: string },
  ): Promise<void>;
  hold(jobId: string): Promise<void>;
  release(jobId: string): Promise<void>;
  /** Lets what the next call of an operation starts fail. The name of the rule. */
  failNext(operation: string, failure?: { percent?: number; reason?: string }): Promise<string>;

  /** Arms a rule. Its name, which `id` may give. */
  fault(rule: Rule): Promise<string>;
  faults(): Promise<Json[]>;
  /** How many requests a rule has hit. */
  hits(rule: string): Promise<number>;
  disarm(rule: string): Promise<void>;
  disarmAll(): Promise<void>;
  chooseScenario(name: string): Promise<void>;
  leaveScenario(): Promise<void>;
  scenario(): Promise<string | null>;

  /** The requests of a choice, the oldest first. */
  requests(
    choice?: Choice & { since?: string; limit?: number; exact?: boolean },
  ): Promise<Json[]>;
  clearRequests(): Promise<void>;
  nearMisses(pattern: Choice): Promise<Json[]>;
  /** Holds checks against the journal, and fails with what came nearest. */
  verify(...checks: Check[]): Promise<void>;
  explain(requestId: string): Promise<Json>;
  report(): Promise<Json>;
  /** Fails if the report has anything to say. */
  assertClean(): Promise<void>;

  /** Makes an instance known at once: an `id` and an `engine`, as in a world file. */
  addInstance(instance: Json): Promise<Json>;
  label(label: string | null): Promise<void>;
  export(): Promise<Json>;
  restore(exported: Json): Promise<void>;
  reset(): Promise<void>;
}
