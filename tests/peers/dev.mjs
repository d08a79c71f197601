// Starts what a journey needs and ends it again: `narthex dev` on free ports with an empty data
// directory, and the notes MCP server. Processes started here die with this process.
// It never reuses a data directory and never kills a process that it did not start.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDocumentHost } from './document-host.mjs';
import { startLoginHost } from './login-host.mjs';
import { issuerOf, resourceCredential, resourceOf, tokenPlane } from './pages.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;
const PORTS = 6;

/**
 * Endpoints of a running system: those of NARTHEX_ENDPOINTS (a file) when it is set, else those of
 * a fresh `narthex dev` that knows where the host of a client's document is, and an identity provider. Returns
 * `{ at, file, documentUrl, login, stop }`.
 */
export async function startNarthex() {
  const given = process.env.NARTHEX_ENDPOINTS;
  if (given) return { at: JSON.parse(await readFile(given)), file: given, stop: async () => {} };

  const directory = await mkdtemp(join(tmpdir(), 'narthex-'));
  const file = join(directory, 'endpoints.json');
  const port = await freePorts();
  const options = ['--data-dir', join(directory, 'data'), '--port-base', port, '--ready-file', file];
  options.push('--resource-server', 'off'); // each journey starts its own
  const host = await startDocumentHost(directory);
  const login = await startLoginHost(directory);
  options.push(...host.options, ...login.options);
  const child = start(binary(), ['dev', ...options.map(String)]);
  const stop = async () => {
    await end(child);
    host.stop();
    login.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    return { at: await readWhenReady(file, child), file, documentUrl: host.url, login, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The notes MCP server for one tenant, trusting the issuer of one environment. */
export async function startNotes(at, tenant, environment) {
  const url = resourceOf(tenant, environment);
  const credential = resourceCredential(tenant, environment);
  const child = start(process.execPath, [join(HERE, 'mcp-server.mjs')], {
    PORT: new URL(url).port,
    RESOURCE_URL: url,
    RESOURCE_ID: credential.id,
    RESOURCE_SECRET: credential.secret,
    NARTHEX_ISSUER: issuerOf(tenant, environment),
    NARTHEX_DECISION_URL: tokenPlane(at, tenant, environment, 'access/v1/evaluation'),
  });
  const health = new URL('/healthz', url);
  await waitFor(child, async () => (await fetch(health).catch(() => null))?.ok);
  return { url, stop: () => end(child) };
}

function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(HERE, '../../target');
  const path = process.env.NARTHEX_BIN ?? join(target, 'debug/narthex');
  if (!existsSync(path)) throw new Error(`${path} is not there: build it, or set NARTHEX_BIN`);
  return path;
}

/** Its standard input stays open as long as we live; its last lines are kept for the error. */
function start(command, args, env = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.lastLines = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      child.lastLines = [...child.lastLines.slice(-39), line];
      if (process.env.VERBOSE) console.error(line);
    });
  }
  child.on('error', (error) => child.lastLines.push(String(error)));
  process.once('exit', () => child.kill('SIGTERM'));
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

async function readWhenReady(file, child) {
  let at;
  await waitFor(child, async () => {
    at = await readFile(file)
      .then((text) => JSON.parse(text))
      .catch(() => undefined);
    return at?.discovery !== undefined;
  });
  return at;
}

async function waitFor(child, ready) {
  const limit = Date.now() + START_LIMIT_MS;
  while (!(await ready())) {
    const gone = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    if (gone || Date.now() > limit) {
      const what = gone ? 'ended early' : 'is not ready';
      throw new Error(`${child.spawnfile} ${what}:\n${child.lastLines.join('\n')}`);
    }
    await sleep(100);
  }
}

/** The first of five free ports in a row, below the range that systems hand out by themselves. */
async function freePorts() {
  for (let tries = 0; tries < 200; tries += 1) {
    const base = 10_000 + Math.floor(Math.random() * 4_400) * PORTS;
    const taken = await Promise.all([...Array(PORTS).keys()].map((at) => isTaken(base + at)));
    if (!taken.includes(true)) return base;
  }
  throw new Error('no five free ports in a row');
}

function isTaken(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(true));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(false)));
  });
}
