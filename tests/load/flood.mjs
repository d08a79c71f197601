// The flood bench (`make bench-flood`): the shape that was seen in the field, then a flood from a thousand sources while
// clients ask for tokens, then identical attempts without end. It measures how long tokens take with and without, counts
// what was sent against what was kept, and writes docs/floods.md and docs/floods.svg from the numbers alone.
// It loads nothing but the processes that it started itself, for as long as the plan says.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { p99, report } from './report.mjs';
import { startSystem } from './system.mjs';

const number = (name, usual) => Number(process.env[name] ?? usual);

/** What is sent; FLOOD_* in the environment shortens it. */
const PLAN = {
  day: number('FLOOD_DAY', 18_000),
  rounds: number('FLOOD_ROUNDS', 3),
  seconds: number('FLOOD_SECONDS', 12),
  rate: number('FLOOD_RATE', 500),
  /** A second, for each tenant; a client may have 1,200 a minute. */
  tokens: number('FLOOD_TOKENS', 15),
  identical: number('FLOOD_IDENTICAL', 1_000_000),
  identicalSeconds: number('FLOOD_IDENTICAL_SECONDS', 120),
};

const system = await startSystem();
const [flooded, neighbour] = system.tenants;
const { discovery, token } = system.origins;
const result = { plan: PLAN, machine: system.machine, busy: system.busy, binary: system.binary, windows: [] };
try {
  result.before = await storage();
  result.day = await system.load(1, { origin: discovery, kind: 'day', tenant: flooded, calls: PLAN.day, seconds: 90, connections: 16 });
  result.afterDay = await storage();
  await window('warm', false);
  for (let round = 0; round < PLAN.rounds; round += 1) {
    await window('quiet', false);
    await window('flood', true);
  }
  result.afterFlood = await storage();
  result.identical = await system.load(0, {
    origin: discovery, kind: 'identical', tenant: flooded, calls: PLAN.identical, seconds: PLAN.identicalSeconds, connections: 64,
  });
  result.after = await storage();
} finally {
  await system.stop();
}
check(result);
await report(result);

/** Tokens for both tenants and the neighbour's registrations, without a flood or with one. */
async function window(kind, floods) {
  const seconds = PLAN.seconds;
  const steady = { seconds: seconds + 5, connections: 8 };
  const tokens = (tenant) =>
    system.load(0, { ...steady, origin: token, kind: 'token', tenant, rate: PLAN.tokens, calls: PLAN.tokens * seconds });
  const taken = system.load(1, {
    ...steady, origin: discovery, kind: 'neighbour', tenant: neighbour, window: result.windows.length, rate: 2, calls: 2 * seconds,
  });
  const flood = floods
    ? system.load(1, { origin: discovery, kind: 'flood', tenant: flooded, rate: PLAN.rate, calls: PLAN.rate * seconds, seconds: seconds + 5, connections: 64 })
    : undefined;
  const began = Date.now();
  const [own, theirs, registered, flow] = await Promise.all([tokens(flooded), tokens(neighbour), taken, flood]);
  result.windows.push({ kind, began, ended: Date.now(), own, theirs, registered, flow });
  await sleep(1_000);
}

/** Rows and bytes of what a flood writes, and how many calls they stand for. */
async function storage() {
  const answer = await system.sql(`select (select count(*) from intake.attempt), (select count(*) from intake.tally),
    (select count(*) from intake.family), (select count(*) from intake.quarantine),
    (select count(*) from intake.attempt) + (select coalesce(sum(calls), 0) from intake.tally),
    (select sum(pg_total_relation_size(inhrelid)) from pg_inherits
        where inhparent in ('intake.attempt'::regclass, 'intake.tally'::regclass))
      + pg_total_relation_size('intake.family') + pg_total_relation_size('intake.quarantine')`);
  const [attempt, tally, family, quarantine, calls, bytes] = answer.split('|').map(Number);
  return { attempt, tally, family, quarantine, calls, bytes };
}

/** The claims; a bench in which one does not hold writes nothing. */
function check({ day, windows, identical, before, after, afterFlood }) {
  const loads = [day, identical, ...windows.map((one) => one.registered), ...windows.flatMap((one) => one.flow ?? [])];
  const sum = (read) => loads.reduce((all, load) => all + read(load), 0);
  const sent = sum((load) => load.calls);
  // 503 says that an attempt was not taken; everything else that was answered is counted, once.
  const refused = sum((load) => load.statuses[503] ?? 0);
  assert.equal(after.calls - before.calls, sent - refused, `of ${sent} attempts, of which ${refused} were not taken`);
  assert.equal(sum((load) => load.statuses[500] ?? 0), 0);
  assert.ok(after.attempt + after.tally - afterFlood.attempt - afterFlood.tally < 1_000, 'a flood is a number');
  for (const { own, theirs, registered } of windows) {
    for (const tokens of [own, theirs]) assert.deepEqual(tokens.statuses, { 200: tokens.calls });
    assert.deepEqual(registered.statuses, { 201: registered.calls }, "the neighbour's registrations");
  }
  const line = (kind) => `${kind} ${p99(windows, kind).toFixed(2)} ms`;
  console.log(`token p99: ${line('quiet')}, ${line('flood')}; ${sent} attempts sent, ${refused} not taken`);
}
