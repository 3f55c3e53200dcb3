// What a test in TypeScript does with papercloud; only its types are looked at.

import { Papercloud, Refused, type World, attach } from 'papercloud';

const papercloud = await Papercloud.start('--job-seconds', '2');
const world: World = await papercloud.worldOf('a test');
await world.freeze();
const due = await world.advance(2);
const id: string = due[0]?.job_id;
await world.fault({ operation: 'ListJobs', first: 2, latency_ms: { median: 50, p99: 400 } });
await world.verify({ operation: 'ListJobs', match: { id }, exactly: 1 });
const [request] = await world.requests({ status: 202, limit: 1 });
await world.explain(request?.request_id);
// @ts-expect-error -- a word that a rule does not have
await world.fault({ operation: 'ListJobs', frist: 2 });
try {
  await (await attach('http://127.0.0.1:8080', { token: 'a token' })).world('p').now();
} catch (error) {
  if (error instanceof Refused) console.log(error.status, error.errorCode);
}
await papercloud.stop();
