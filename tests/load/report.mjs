// What was measured, as a page and a chart. It makes up no number and keeps none from an earlier run.

import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** How much longer tokens may take during a flood. */
const GOAL = 1.1;

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** The value below which this share of the values is. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const timesOf = (windows, kind, whose = ['own', 'theirs']) =>
  windows.filter((one) => one.kind === kind).flatMap((one) => whose.flatMap((who) => one[who].times.map(([, took]) => took)));

/** Of all tokens of a kind of window. */
export const p99 = (windows, kind) => quantile(timesOf(windows, kind), 0.99);

/** Writes docs/floods.md and docs/floods.svg. */
export async function report(result) {
  await writeFile(`${DOCS}floods.svg`, chart(result.windows));
  await writeFile(`${DOCS}floods.md`, page(result));
}

const count = (value) => Math.round(value).toLocaleString('en-US');
const ms = (value) => `${value.toFixed(2)} ms`;

function latencies(windows) {
  const rows = [
    ['the flooded tenant', ['own']],
    ['its neighbour', ['theirs']],
    ['both', ['own', 'theirs']],
  ];
  return rows.map(([name, whose]) => {
    const [quiet, flood] = ['quiet', 'flood'].map((kind) => timesOf(windows, kind, whose));
    const cells = [0.5, 0.99].map((share) => {
      const [without, within] = [quantile(quiet, share), quantile(flood, share)];
      return `${ms(without)} | ${ms(within)} | ${(within / without).toFixed(2)}`;
    });
    return `| ${name} | ${quiet.length} + ${flood.length} | ${cells.join(' | ')} |`;
  });
}

function storageRow(name, sent, before, after) {
  const grown = (table) => count(after[table] - before[table]);
  const kib = `${count((after.bytes - before.bytes) / 1024)} KiB`;
  const cells = [count(sent), count(after.calls - before.calls), grown('attempt'), grown('tally'), grown('family'), grown('quarantine'), kib];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function page(result) {
  const { plan, windows, day, identical, before, afterDay, afterFlood, after } = result;
  const flows = windows.flatMap((one) => one.flow ?? []);
  const sum = (loads, read) => loads.reduce((all, load) => all + read(load), 0);
  const flooded = sum(flows, (load) => load.calls);
  const between = flooded + sum(windows, (one) => one.registered.calls);
  const rate = flooded / sum(flows, (load) => load.seconds);
  const statuses = (load) => Object.entries(load.statuses).map(([status, calls]) => `${count(calls)} × ${status}`).join(', ');
  const seconds = Math.round(plan.seconds);
  return `# Floods, measured

Written by \`make bench-flood\` on ${new Date().toISOString().slice(0, 10)} with a ${result.binary} build, on ${result.machine}.

Token and discovery plane are processes of their own, each on a core; PostgreSQL, Redis, the approval plane and the load
generators share the same machine. A trusted proxy's header gives each call its source. Tokens are client credentials
with a secret, ${plan.tokens} a second for each of two tenants; one tenant is flooded. Windows of ${seconds} s with and without a
flood take turns (${plan.rounds} of each). A time is from sending to the last byte.

![Token latency in windows with and without a flood](floods.svg)

## Tokens while registrations arrive

${count(rate)} registrations a second from 1,000 sources, known software.

| tokens of | measured | p50 quiet | p50 flood | ratio | p99 quiet | p99 flood | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- |
${latencies(windows).join('\n')}

The goal for the ratio of p99 is ${GOAL}: ${p99(windows, 'flood') <= GOAL * p99(windows, 'quiet') ? 'met' : 'not met in this run'}. The load average of the last minute was
${result.busy.toFixed(1)} when it began; where that is above the number of cores, other work of the machine is in these times too.

Every token was issued, and every one of the neighbour's ${count(sum(windows, (one) => one.registered.calls))} registrations was taken (201).

## What it leaves

| | sent | counted | rows in \`attempt\` | in \`tally\` | in \`family\` | in \`quarantine\` | bytes |
| --- | --- | --- | --- | --- | --- | --- | --- |
${storageRow('a day: five names, 99 % the same again', day.calls, before, afterDay)}
${storageRow('the windows above', between, afterDay, afterFlood)}
${storageRow('identical attempts', identical.calls, afterFlood, after)}

The identical attempts took ${Math.round(identical.seconds)} s (${count(identical.calls / identical.seconds)} a second). What was answered: a day ${statuses(day)}; identical ${statuses(identical)}.
The sum of \`attempt\` and \`tally\` is exactly what was sent, but for calls answered 503, which are not taken. Bytes are
those of tables and indexes as they lie on the disk; a line of \`tally\` that is counted up leaves dead versions behind until
autovacuum has passed.
`;
}

const WIDTH = 860;
const HEIGHT = 300;
const EDGE = { left: 56, right: 16, top: 28, bottom: 40 };

/** p50 and p99 of each second; windows with a flood are shaded. */
function chart(windows) {
  const shown = windows.filter((one) => one.kind !== 'warm');
  const first = shown[0].began;
  const last = shown.at(-1).ended;
  const seconds = new Map();
  for (const { own, theirs } of shown) {
    for (const [at, took] of [...own.times, ...theirs.times]) {
      const second = Math.floor((at - first) / 1000);
      seconds.set(second, [...(seconds.get(second) ?? []), took]);
    }
  }
  const most = Math.max(...[...seconds.values()].map((times) => quantile(times, 0.99))) * 1.1;
  const x = (at) => EDGE.left + ((at - first) / (last - first)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (took) => HEIGHT - EDGE.bottom - (took / most) * (HEIGHT - EDGE.top - EDGE.bottom);
  const line = (share) =>
    [...seconds.keys()].sort((one, other) => one - other)
      .map((second) => `${x(first + second * 1000 + 500).toFixed(1)},${y(quantile(seconds.get(second), share)).toFixed(1)}`)
      .join(' ');
  const floods = shown.filter((one) => one.kind === 'flood').map(({ began, ended }) =>
    `<rect class="flood" x="${x(began).toFixed(1)}" y="${EDGE.top}" width="${(x(ended) - x(began)).toFixed(1)}" height="${HEIGHT - EDGE.top - EDGE.bottom}"/>`);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const took = (most / 1.1) * part;
    return `<line class="grid" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${y(took).toFixed(1)}" y2="${y(took).toFixed(1)}"/>
<text x="${EDGE.left - 6}" y="${(y(took) + 4).toFixed(1)}" text-anchor="end">${took.toFixed(1)}</text>`;
  });
  const marks = [];
  for (let at = 0; at <= (last - first) / 1000; at += 10) {
    marks.push(`<text x="${x(first + at * 1000).toFixed(1)}" y="${HEIGHT - EDGE.bottom + 16}" text-anchor="middle">${at}</text>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">
<title id="title">Token latency in windows with and without a flood</title>
<desc id="desc">p50 and p99 of each second in milliseconds over the seconds of the run; shaded windows have a flood of registrations.</desc>
<style>
svg { background: #fff; font: 12px system-ui, sans-serif; }
text { fill: #444; } .grid { stroke: #ddd; } .flood { fill: #f3e3d3; }
.p50, .p99 { fill: none; stroke-width: 1.8; } .p50 { stroke: #2b6cb0; } .p99 { stroke: #b7410e; }
</style>
${floods.join('\n')}
${ticks.join('\n')}
${marks.join('\n')}
<polyline class="p50" points="${line(0.5)}"/>
<polyline class="p99" points="${line(0.99)}"/>
<text x="${EDGE.left}" y="16">milliseconds: p50 blue, p99 red; shaded: flood</text>
<text x="${WIDTH - EDGE.right}" y="${HEIGHT - 6}" text-anchor="end">seconds</text>
</svg>
`;
}
