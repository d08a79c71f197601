// What the public documentation shows, run as it is served: a page's block becomes a program in a directory
// of its own. It never changes a word of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('node_modules', import.meta.url));

/** A page of a tenant's environment, as Markdown. */
export async function page(at, tenant, environment, name) {
  const answer = await fetch(`${at.discovery}/t/${tenant.slug}/${environment}/docs/${name}.md`);
  assert.equal(answer.status, 200);
  return answer.text();
}

/** The blocks of a page in one language. */
export function blocks(markdown, language) {
  return [...markdown.matchAll(new RegExp('```' + language + '\\n([^]*?)\\n```', 'g'))].map(([, block]) => block);
}

/** Runs a block that is TypeScript without a type of its own, so JavaScript too; resolves with what it printed. */
export async function runModule(block, environment) {
  const directory = await mkdtemp(join(tmpdir(), 'narthex-docs-'));
  try {
    await symlink(MODULES, join(directory, 'node_modules'));
    await writeFile(join(directory, 'quick_start.mjs'), block);
    const child = spawn(process.execPath, ['quick_start.mjs'], {
      cwd: directory,
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    assert.equal(code, 0, err);
    return out;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
