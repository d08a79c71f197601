// A small MCP server over streamable HTTP, protected by Narthex: it keeps notes in memory, for each
// of its resources apart from the others.
// Read this file and `protect.mjs` to learn how to protect a server of your own.
// It never asks who the user is and never decides by itself what a client may do.
//
// Environment:
//   PORT                  where to listen on 127.0.0.1
//   RESOURCE_URL          the resource identifier, default http://127.0.0.1:PORT/mcp; or several,
//                         comma separated, the one that each issuer's tokens are for in their order
//   NARTHEX_ISSUER        accepted issuers, comma separated, the preferred one first
//   NARTHEX_DECISION_URL  the decision endpoint of each issuer, in the same order
//   RESOURCE_ID, RESOURCE_SECRET  how this server names itself to the decision endpoint of each
//                         issuer, in the same order

import { fstatSync } from 'node:fs';
import { createServer } from 'node:http';
import {
  hostHeaderValidation,
  originValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer, requireScopes } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { protect } from './protect.mjs';

const SCOPES = ['notes:read', 'notes:write', 'notes:delete'];

const settings = readSettings(process.env);
const resources = settings.resources.map(protectNotes);

/** One resource: whom it trusts, and its own notes, which nobody reaches through another. */
function protectNotes({ resource, authorities }) {
  const narthex = protect({ resource, authorities, scopes: SCOPES });
  const notes = new Map([['1', 'Water the plants']]);
  const mcp = createMcpHandler(({ authInfo }) => notesServer(narthex, notes, authInfo));
  return { pathname: resource.pathname, narthex, mcp };
}

/** One MCP server per request, as the protocol is stateless; the notes outlive it. */
function notesServer(narthex, notes, authInfo) {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });

  // Two questions, in this order. Does the token carry the scope? If not, the SDK answers
  // 403 insufficient_scope and the client may ask the person for more. Is this client entitled to
  // this tool, now? Narthex is asked each time, so a suspended client stops at its next call.
  function tool(name, scope, description, inputSchema, run) {
    const scopeChallenge = requireScopes(scope);
    server.registerTool(name, { description, inputSchema, scopeChallenge }, async (input) => {
      const { allowed, reason } = await narthex.mayCall(authInfo, name);
      if (!allowed) return refusal(`Narthex refused ${name} for this client: ${reason}`);
      return run(input);
    });
  }

  tool('list_notes', 'notes:read', 'Lists all notes.', z.object({}), () =>
    text([...notes].map(([id, body]) => `${id}: ${body}`).join('\n')),
  );
  tool('add_note', 'notes:write', 'Adds a note.', z.object({ body: z.string() }), ({ body }) => {
    const id = String(notes.size + 1);
    notes.set(id, body);
    return text(`Note ${id} added.`);
  });
  tool('delete_note', 'notes:delete', 'Deletes a note.', z.object({ id: z.string() }), ({ id }) =>
    notes.delete(id) ? text(`Note ${id} deleted.`) : refusal(`There is no note ${id}.`),
  );
  return server;
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname === '/healthz') return new Response('ok\n');
  for (const { narthex } of resources) {
    const document = narthex.metadata(request);
    if (document) return document;
  }
  const asked = resources.find((one) => one.pathname === pathname);
  if (!asked) return new Response('Not found\n', { status: 404 });
  const auth = await asked.narthex.authenticate(request);
  return auth instanceof Response ? auth : asked.mcp.fetch(request, { authInfo: auth });
}

function text(body) {
  return { content: [{ type: 'text', text: body }] };
}

function refusal(reason) {
  return { isError: true, ...text(reason) };
}

function readSettings(env) {
  const list = (name) => (env[name] ?? '').split(',').filter(Boolean);
  const issuers = list('NARTHEX_ISSUER');
  const decisionUrls = list('NARTHEX_DECISION_URL');
  const [ids, secrets] = [list('RESOURCE_ID'), list('RESOURCE_SECRET')];
  const urls = list('RESOURCE_URL');
  if (urls.length < 2) {
    const only = urls[0] ?? `http://127.0.0.1:${env.PORT}/mcp`;
    urls.splice(0, 1, ...issuers.map(() => only));
  }
  const whole = [decisionUrls, ids, secrets, urls].every((one) => one.length === issuers.length);
  if (!env.PORT || issuers.length === 0 || !whole) {
    console.error('PORT, NARTHEX_ISSUER and for each issuer a NARTHEX_DECISION_URL,');
    console.error('a RESOURCE_ID and a RESOURCE_SECRET are needed');
    process.exit(2);
  }
  const authorities = issuers.map((issuer, at) => ({
    issuer,
    decisionUrl: decisionUrls[at],
    resourceId: ids[at],
    resourceSecret: secrets[at],
  }));
  return {
    port: Number(env.PORT),
    resources: [...new Set(urls)].map((url) => ({
      resource: new URL(url),
      authorities: authorities.filter((_, at) => urls[at] === url),
    })),
  };
}

// A browser page must not reach a server on loopback by a name of its own (DNS rebinding).
const ours = settings.resources.map(({ resource }) => resource.hostname);
const hostAllowed = hostHeaderValidation(ours);
const originAllowed = originValidation(ours);
const handle = toNodeHandler({ fetch: answer });

const http = createServer((req, res) => {
  if (hostAllowed(req, res) && originAllowed(req, res)) handle(req, res);
});
http.listen(settings.port, '127.0.0.1', () => {
  for (const { resource } of settings.resources) console.log(`notes ready at ${resource.href}`);
});

// Ends with SIGTERM, and with the process that holds the other end of its standard input.
function stop() {
  http.close();
  http.closeAllConnections();
  process.exit(0);
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
const stdin = fstatSync(0, { throwIfNoEntry: false });
if (stdin?.isFIFO() || stdin?.isSocket()) process.stdin.resume().on('end', stop).on('error', stop);
