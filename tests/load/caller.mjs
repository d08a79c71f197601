// One load generator, a process of its own: `node caller.mjs '{"origin", "kind", "tenant", …}'`. It calls one loopback
// address over kept connections, a fixed number in flight, at a fixed rate or as fast as it is answered, and prints
// what was answered as JSON. It has an end in calls and in time, and never calls another machine.

import assert from 'node:assert/strict';
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { requests } from './requests.mjs';

/** More are not timed one by one. */
const MOST_TIMES = 20_000;

const plan = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(plan.origin);
assert.equal(hostname, '127.0.0.1', 'only this machine is loaded');
assert.ok(plan.calls > 0 && plan.seconds > 0 && plan.connections > 0, 'a load has an end');

const request = requests[plan.kind](plan.tenant, plan.window);
const agent = new http.Agent({ keepAlive: true, maxSockets: plan.connections });
const statuses = {};
const times = [];
let next = 0;
const began = performance.now();

async function one() {
  while (next < plan.calls && performance.now() - began < plan.seconds * 1000) {
    const n = next;
    next += 1;
    const wait = plan.rate === undefined ? 0 : began + (n * 1000) / plan.rate - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const sent = performance.now();
    const status = await send(request(n));
    if (times.length < MOST_TIMES) times.push([Date.now(), Number((performance.now() - sent).toFixed(3))]);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
}

function send({ path, headers, body }) {
  return new Promise((resolve, reject) => {
    const own = { ...headers, 'content-length': Buffer.byteLength(body) };
    const sending = http.request({ agent, hostname, port, path, method: 'POST', headers: own }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
      answer.on('error', reject);
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

await Promise.all(Array.from({ length: plan.connections }, one));
agent.destroy();
const calls = Object.values(statuses).reduce((sum, count) => sum + count, 0);
const seconds = (performance.now() - began) / 1000;
process.stdout.write(JSON.stringify({ kind: plan.kind, calls, seconds, statuses, times }));
