// GeminiDB's workflows as the official Node SDK sees them, unmodified and with every signature
// verified.
//
// From the root of the repository:
//
//     cargo build --release
//     npm ci --prefix tests/clients/node
//     node --test tests/clients/node/*.test.mjs

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { BasicCredentials, GlobalCredentials, Region } from '@huaweicloud/huaweicloud-sdk-core';
import { GaussDBforNoSQLClient } from '@huaweicloud/huaweicloud-sdk-gaussdbfornosql';
// The package's own entry cannot be loaded: its v5 asks for a file that is not there.
import { IamClient } from '@huaweicloud/huaweicloud-sdk-iam/v3/public-api.js';
import { VpcClient } from '@huaweicloud/huaweicloud-sdk-vpc/v2/public-api.js';

import { Papercloud } from 'papercloud';

const KEYS = { ak: 'MOCKACCESSKEY0000001', sk: 'mock-secret-key-0000000000000000000000001' };
const REGION = 'eu-mock-1';
const PROJECT_OF_REGION = '054e292c9880d4992f02c0196d3ea468';

const RDS = '356cf333ab77413f9d2526605227be08in01';
const REDIS = '2bb234c7175c400aab91de7c62174c0ein12';
const CASSANDRA = 'a4d8ea2584e047439a667703c0684119in06';
const OTHER_CASSANDRA = 'c1e7a80f3b6d4c5c8d9e2f1a0b3c4d5ein06';

const A_JOB = 2;

let papercloud;
let world;
let geminidb;

before(async () => {
  papercloud = await Papercloud.start('--auth', 'verify', '--job-seconds', String(A_JOB));
});

after(() => papercloud?.stop());

beforeEach(async ({ name }) => {
  world = await papercloud.worldOf(name);
  geminidb = connect(GaussDBforNoSQLClient, new BasicCredentials(projectKeys()));
});

const projectKeys = () => ({ ...KEYS, projectId: world.projectId });

// By itself, the SDK would leave an ID for its User-Agent in the home directory.
const builder = (Client) => Client.newBuilder().withOptions({ customUserAgent: 'node-test' });

function connect(Client, credentials) {
  return builder(Client).withCredential(credentials).withEndpoint(papercloud.url).build();
}

/** A client that is told a region asks IAM for the project or the domain that it acts for. */
function connectInRegion(Client, credentials) {
  return builder(Client)
    .withCredential(credentials.withIamEndpoint(papercloud.url))
    .withRegion(new Region(REGION, papercloud.url))
    .build();
}

async function job(id) {
  const { jobs } = await geminidb.listJobs({ id });
  assert.equal(jobs.length, 1);
  return jobs[0];
}

async function mappings(filters = {}) {
  const { dbcache_mappings: listed, total_count: count } =
    await geminidb.listDbCacheMappings(filters);
  assert.equal(count, listed.length);
  return listed;
}

async function rules(mappingId, filters = {}) {
  const listed = await geminidb.listDbCacheRules({ dbcache_mapping_id: mappingId, ...filters });
  assert.equal(listed.dbcache_mapping_id, mappingId);
  assert.equal(listed.total_count, listed.rules.length);
  return listed.rules;
}

async function instance(id) {
  const { instances } = await geminidb.listInstances({ id });
  assert.equal(instances.length, 1);
  return instances[0];
}

/** Asserts that a call is accepted and starts a job; returns the job's ID. */
async function started(call) {
  const { httpStatusCode, job_id: id } = await call;
  assert.equal(httpStatusCode, 202);
  assert.equal((await job(id)).status, 'Running');
  return id;
}

/** Lets a job's time pass, and asserts that it has ended well. */
async function finish(jobId) {
  await world.advance(A_JOB);
  assert.equal((await job(jobId)).status, 'Completed');
}

/** Asserts that the service refuses a call, and how; the exception always has a request ID. */
function refuses(call, httpStatusCode, errorCode, errorMsg) {
  return assert.rejects(call, (error) => {
    // The SDK does not export the class.
    assert.equal(error.name, 'ClientRequestException', error);
    assert.equal(error.httpStatusCode, httpStatusCode);
    assert.equal(error.errorCode, errorCode);
    assert.match(error.errorMsg, errorMsg);
    assert.match(error.requestId, /^[0-9a-f]{32}$/);
    return true;
  });
}

const pairOfInstances = { source_instance_id: RDS, target_instance_id: REDIS };

const map = () => geminidb.createDbCacheMapping({ body: pairOfInstances });

async function normalMapping() {
  await finish(await started(map()));
  const [{ id, status }] = await mappings();
  assert.equal(status, 'normal');
  return id;
}

test('a memory mapping is created, listed and deleted', async () => {
  const creating = await started(map());
  const [mapping] = await mappings(pairOfInstances);
  assert.equal(mapping.status, 'creating');
  assert.equal(mapping.source_instance_id, RDS);
  assert.equal(mapping.target_instance_id, REDIS);
  const { id } = mapping;

  await world.advance(A_JOB / 2);
  const halfway = await job(creating);
  assert.deepEqual([halfway.status, halfway.progress], ['Running', '50%']);
  await world.advance(A_JOB / 2);
  const completed = await job(creating);
  assert.deepEqual([completed.status, completed.progress], ['Completed', '']);
  assert.equal((await mappings({ id }))[0].status, 'normal');

  const deleting = await started(geminidb.deleteDbCacheMapping({ body: { id } }));
  assert.equal((await mappings({ id }))[0].status, 'deleting');
  await finish(deleting);
  assert.deepEqual(await mappings(), []);
  await refuses(geminidb.deleteDbCacheMapping({ body: { id } }), 400, 'DBS.03050010', /./);
});

test('a rule of a mapping is created, listed, updated and deleted', async () => {
  const mappingId = await normalMapping();
  const rule = {
    // The SDK sends what is not ASCII unescaped, and signs it so.
    name: '学生 & students',
    source_db_schema: 'school',
    source_db_table: 'student',
    storage_type: 'hash',
    target_database: '999',
    key_columns: ['sno'],
    value_columns: ['sname'],
    key_separator: ':',
    key_prefix: 'student',
  };
  const created = await geminidb.createDbCacheRule({
    body: { dbcache_mapping_id: mappingId, ...rule },
  });
  assert.equal(created.httpStatusCode, 200);
  const { id } = created;

  const [listed] = await rules(mappingId);
  assert.equal(listed.id, id);
  assert.equal(listed.status, 'normal');
  assert.equal(listed.ttl, '2592000000');
  for (const field of Object.keys(rule)) assert.deepEqual(listed[field], rule[field], field);
  assert.equal((await mappings())[0].rule_count, 1);
  // A filter has to survive the query's escapes, which differ between the wire and the signature.
  assert.equal((await rules(mappingId, { rule_name: '*生 & stu' }))[0].id, id);
  assert.deepEqual(await rules(mappingId, { rule_name: 'teachers' }), []);

  const changes = { value_columns: ['sname', 'age'], ttl: '3000', value_separator: '_' };
  const updated = await geminidb.updateDbCacheRule({ body: { dbcache_rule_id: id, ...changes } });
  assert.equal(updated.httpStatusCode, 200);
  const [changed] = await rules(mappingId, { rule_id: id });
  for (const field of Object.keys(changes)) assert.deepEqual(changed[field], changes[field], field);

  const deleted = await geminidb.deleteDbCacheRule({ body: { id } });
  assert.equal(deleted.httpStatusCode, 200);
  assert.deepEqual(await rules(mappingId), []);
  assert.equal((await mappings())[0].rule_count, 0);

  await finish(await started(geminidb.deleteDbCacheMapping({ body: { id: mappingId } })));
  assert.deepEqual(await mappings(), []);
});

test('an active-active relationship is seen on both sides until it is released', async () => {
  const building = await started(
    geminidb.createGeminiDbDualActive({
      instance_id: CASSANDRA,
      body: { destination_region: 'eu-de', destination_instance_id: OTHER_CASSANDRA },
    }),
  );
  assert.deepEqual((await instance(CASSANDRA)).actions, ['BUILD_BIACTIVE']);
  await finish(building);
  const sides = [
    { id: CASSANDRA, role: 'master', peer: OTHER_CASSANDRA, region: 'eu-de' },
    { id: OTHER_CASSANDRA, role: 'slave', peer: CASSANDRA, region: REGION },
  ];
  for (const { id, role, peer, region } of sides) {
    const { actions, dual_active_info: info } = await instance(id);
    assert.deepEqual(actions, []);
    assert.equal(info.role, role);
    assert.equal(info.status, 'normal');
    assert.equal(info.destination_instance_id, peer);
    assert.equal(info.destination_region, region);
  }

  const release = () => geminidb.deleteGeminiDbDualActive({ instance_id: CASSANDRA });
  const releasing = await started(release());
  for (const { id } of sides) {
    assert.deepEqual((await instance(id)).actions, ['RELEASE_BIACTIVE']);
  }
  await finish(releasing);
  for (const { id } of sides) {
    const { actions, dual_active_info: info } = await instance(id);
    assert.deepEqual([actions, info], [[], undefined]);
  }
  await refuses(release(), 400, 'DBS.03000001', /./);
});

/** Looks at a job, each look moving the clock, until it has ended well. */
async function completes(call) {
  const { job_id: id, ...rest } = await call;
  for (let look = 0; (await job(id)).status === 'Running'; look += 1) assert.ok(look < 50);
  assert.equal((await job(id)).status, 'Completed');
  return rest;
}

/** A GeminiDB instance in the network that every project begins with; returns its ID. */
async function createInstance(name, type) {
  const networks = connect(VpcClient, new BasicCredentials(projectKeys()));
  const named = (list, wanted) => list.find((found) => found.name === wanted).id;
  const { vpcs } = await networks.listVpcs({});
  const { subnets } = await networks.listSubnets({});
  const { security_groups: groups } = await networks.listSecurityGroups({});
  const isRedis = type === 'redis';
  const { id } = await completes(geminidb.createInstance({
    body: {
      name,
      datastore: { type, version: isRedis ? '5.0' : '3.11', storage_engine: 'rocksDB' },
      region: REGION,
      availability_zone: `${REGION}a`,
      vpc_id: named(vpcs, 'vpc-default'),
      subnet_id: named(subnets, 'subnet-default'),
      security_group_id: named(groups, 'default'),
      password: 'Paper_Gemini-1',
      mode: 'Cluster',
      flavor: [
        {
          num: '3',
          storage: 'ULTRAHIGH',
          size: '100',
          spec_code: isRedis ? 'geminidb.redis.large.4' : 'geminidb.cassandra.large.4',
        },
      ],
    },
  }));
  assert.equal((await instance(id)).status, 'normal');
  return id;
}

test('instances are created, related to each other and deleted', async () => {
  await world.autoAdvance();
  const here = await createInstance('paper-here', 'cassandra');
  const there = await createInstance('paper-there', 'cassandra');
  const cache = await createInstance('paper-cache', 'redis');
  const pair = { destination_region: 'eu-de', destination_instance_id: there };
  // What was created as Redis is no Cassandra.
  const wrong = geminidb.createGeminiDbDualActive({ instance_id: cache, body: pair });
  await refuses(wrong, 400, 'DBS.201020', /Redis/);
  await completes(geminidb.createGeminiDbDualActive({ instance_id: here, body: pair }));
  assert.equal((await instance(there)).dual_active_info.role, 'slave');
  await completes(geminidb.deleteGeminiDbDualActive({ instance_id: here }));
  for (const id of [here, there, cache]) {
    await completes(geminidb.deleteInstance({ instance_id: id }));
    assert.deepEqual((await geminidb.listInstances({ id })).instances, []);
  }
});

test('a missing mandatory field is refused by name', async () => {
  const call = geminidb.createDbCacheMapping({ body: { source_instance_id: RDS } });
  await refuses(call, 400, 'DBS.200001', /target_instance_id is mandatory/);
  assert.deepEqual(await mappings(), []);
});

test('a signature made with another secret key is refused', async () => {
  const wrong = new BasicCredentials({ ...projectKeys(), sk: `${KEYS.sk}-wrong` });
  const call = connect(GaussDBforNoSQLClient, wrong).createDbCacheMapping({
    body: pairOfInstances,
  });
  await refuses(call, 401, 'APIGW.0301', /verify aksk signature fail/);
  assert.deepEqual(await mappings(), []);
});

test('IAM finds exactly one project by its name', async () => {
  const iam = connectInRegion(IamClient, new GlobalCredentials(KEYS));
  const { projects } = await iam.keystoneListProjects({ name: REGION });
  const found = projects.map(({ id, name }) => ({ id, name }));
  assert.deepEqual(found, [{ id: PROJECT_OF_REGION, name: REGION }]);
  const none = await iam.keystoneListProjects({ name: 'eu-mock-2' });
  assert.deepEqual(none.projects, []);
});

test('a client without a project ID asks IAM for it', async () => {
  const credentials = new BasicCredentials(KEYS);
  const forgetful = connectInRegion(GaussDBforNoSQLClient, credentials);
  const { job_id: id } = await forgetful.createDbCacheMapping({ body: pairOfInstances });
  assert.equal(credentials.projectId, PROJECT_OF_REGION);
  const { jobs } = await forgetful.listJobs({ id });
  assert.deepEqual(jobs.map((listed) => listed.id), [id]);
});
