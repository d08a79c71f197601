// The product as the flood meets it: `narthex dev` with private services and its demo, and beside it a discovery and a
// token plane as processes of their own, as an operator runs them, each on a core where there are two. Discovery
// believes the address that the load generator gives, so that one machine stands for a thousand.

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, loadavg, release } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startNarthex } from '../peers/dev.mjs';
import * as oauth from '../peers/oauth.mjs';
import { PRODUCTION } from '../peers/pages.mjs';
import * as people from '../peers/people.mjs';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const START_LIMIT_MS = 20_000;

/** Starts everything; each of `tenants` has an approved `client`. `load(core, plan)` runs a load generator. */
export async function startSystem() {
  const narthex = await startNarthex();
  const children = [];
  const stop = async () => {
    for (const child of children) child.kill('SIGTERM');
    await narthex.stop();
  };
  try {
    const instance = await readInstance(dirname(narthex.file));
    const { at } = narthex;
    for (const tenant of at.tenants) tenant.client = await approvedClient(at, tenant);
    const origins = {};
    for (const [plane, core] of [['discovery', 1], ['token', 0]]) {
      const origin = `http://127.0.0.1:${await freePort()}`;
      const child = startPlane(plane, core, origin, instance);
      children.push(child);
      await listening(origin, child);
      origins[plane] = origin;
    }
    const sql = async (query) => {
      const { stdout } = await run('psql', [instance.administrator, '-XAtc', query]);
      return stdout.trim();
    };
    const machine = await describe(sql);
    return { machine, busy: loadavg()[0], binary: isRelease() ? 'release' : 'debug', origins, tenants: at.tenants, sql, load, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A client of the tenant that acts for itself: registered, vouched for and approved as anybody's, once. */
async function approvedClient(at, tenant) {
  const owner = await people.atPortal(at, tenant, tenant.owner);
  await people.setRegistrationMode(owner, at, tenant, PRODUCTION, 'approval');
  const name = `Night Shift of ${tenant.slug}`;
  const { status, body: codes } = await oauth.register(at, tenant, PRODUCTION, {
    client_name: name,
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'notes:read',
    registration_mode: ['approval'],
  });
  assert.equal(status, 202, JSON.stringify(codes));
  await people.vouch(owner, codes.verification_uri_complete, name);
  const reviewer = await people.atDashboard(at);
  const page = await people.openReview(reviewer, at, name);
  await people.approve(page, { scopes: ['notes:read'], tools: ['list_notes'], reason: 'It reads the notes at night.' });
  let answer;
  for (let polls = 0; polls < 4 && answer?.status !== 201; polls += 1) {
    await sleep(codes.interval * 1000);
    answer = await oauth.register(at, tenant, PRODUCTION, { registration_code: codes.registration_code });
  }
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  await people.setRegistrationMode(owner, at, tenant, PRODUCTION, 'quarantine');
  return answer.body;
}

async function readInstance(directory) {
  const found = await readdir(directory, { recursive: true });
  const file = found.find((name) => name.endsWith('instance.json'));
  assert.ok(file, `no instance.json below ${directory}`);
  return JSON.parse(await readFile(join(directory, file)));
}

function startPlane(plane, core, origin, instance) {
  const [discovery, , portal, staff] = instance.origins;
  const { host } = new URL(origin);
  const settings = {
    'discovery-url': discovery,
    'token-url': plane === 'token' ? origin : instance.origins[1],
    'portal-url': portal,
    'staff-url': staff,
    'redis-url': instance.redis_url,
    keys: instance.keys,
    'database-url': instance.databases[plane],
    listen: host,
    'trusted-proxies': '127.0.0.1',
    workers: 1,
  };
  const args = [plane, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
  const [command, ...rest] = onCore(core, [binary(), ...args]);
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
  process.once('exit', () => child.kill('SIGTERM'));
  return child;
}

/** One load generator on a core; what it says. */
async function load(core, plan) {
  const line = [process.execPath, join(HERE, 'caller.mjs'), JSON.stringify(plan)];
  const [command, ...rest] = onCore(core, line);
  const { stdout } = await run(command, rest, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout);
}

/** The command on one core, where there are two and `taskset`. */
function onCore(core, command) {
  const pins = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0;
  return pins ? ['taskset', '-c', String(core), ...command] : command;
}

async function describe(sql) {
  const [{ model }] = cpus();
  const postgres = await sql('show server_version');
  return `${cpus().length} cores (${model.trim()}), Linux ${release()}, PostgreSQL ${postgres}, Node.js ${process.version}`;
}

function isRelease() {
  return binary().includes('/release/');
}

function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(HERE, '../../target');
  return process.env.NARTHEX_BIN ?? join(target, 'debug/narthex');
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function listening(origin, child) {
  const limit = Date.now() + START_LIMIT_MS;
  while (!(await fetch(`${origin}/readyz`).catch(() => null))?.ok) {
    assert.ok(child.exitCode === null && Date.now() < limit, `${child.spawnfile} is not ready`);
    await sleep(100);
  }
}
