// Runs every journey against a fresh `narthex dev` and prints one plain line at the end:
// `N passed, N failed`. The exit code is 1 when anything failed or nothing ran.
// It never leaves a process behind.

import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { startNarthex } from './dev.mjs';

const JOURNEYS = ['document.mjs', 'stranger.mjs', 'sandbox.mjs', 'approval.mjs', 'device.mjs', 'events.mjs', 'reference.mjs'];

const narthex = await startNarthex();
process.env.NARTHEX_ENDPOINTS = narthex.file;
if (narthex.documentUrl) process.env.NARTHEX_DOCUMENT_URL = narthex.documentUrl;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => narthex.stop().then(exit));

const count = { passed: 0, failed: 0 };
const files = JOURNEYS.map((name) => fileURLToPath(new URL(name, import.meta.url)));
const tests = run({ files, concurrency: false });
tests.on('test:pass', (test) => tally('passed', test));
tests.on('test:fail', (test) => tally('failed', test));
tests.compose(spec).pipe(process.stdout);
tests.on('end', () => setImmediate(finish));

/** Groups are not counted, except one that failed by itself (a hook, a file that does not load). */
function tally(outcome, { details }) {
  const group = details.type === 'suite';
  const ofItself = details.error?.failureType !== 'subtestsFailed';
  if (!group || (outcome === 'failed' && ofItself)) count[outcome] += 1;
}

async function finish() {
  await narthex.stop();
  console.log(`${count.passed} passed, ${count.failed} failed`);
  exit();
}

function exit() {
  process.exit(count.failed > 0 || count.passed === 0 ? 1 : 0);
}
