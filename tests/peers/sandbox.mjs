// The stranger in an open sandbox: registered at once, capped, and worth nothing in production.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { decodeJwt } from 'jose';
import { startNotes } from './dev.mjs';
import { StrangerClient } from './mcp-client.mjs';
import { issuerOf, PRODUCTION, SANDBOX } from './pages.mjs';
import * as people from './people.mjs';
import { story } from './story.mjs';
import { Visitor } from './visitor.mjs';

const at = JSON.parse(await readFile(process.env.NARTHEX_ENDPOINTS));
const [tenant] = at.tenants;

describe('an open sandbox', () => {
  const step = story();
  const visitor = new Visitor();
  let notes;
  let client;
  before(async () => {
    const owner = await people.atPortal(at, tenant, tenant.owner);
    await people.setRegistrationMode(owner, at, tenant, SANDBOX, 'open');
    notes = await startNotes(at, tenant, SANDBOX);
    client = await StrangerClient.start('Sandbox Stranger');
  });
  after(async () => {
    client?.stop();
    await notes?.stop();
  });

  step('registers the client at once, capped', async () => {
    assert.equal(await client.connect(notes.url), undefined);
    assert.match(client.kept.client.client_id, /^ns_[a-z2-7]{26}$/);
    assert.ok(!(client.kept.client.scope ?? '').includes('notes:delete'));
  });

  step('refuses a scope outside the cap and a resource it does not know', async () => {
    assert.equal(await errorAfter({ scope: 'notes:delete' }), 'invalid_scope');
    assert.equal(await errorAfter({ resource: 'https://elsewhere.example/mcp' }), 'invalid_target');
  });

  step('gives a token of the sandbox issuer for the capped scopes', async () => {
    assert.equal(await client.connect(notes.url), undefined);
    client.authorizationUrl.searchParams.set('scope', 'notes:read');
    let page = await visitor.open(client.authorizationUrl);
    if (page.has({ field: { name: 'password' } })) page = await people.signIn(page, tenant.member);
    await people.allow(page);
    await client.finish();
    const claims = decodeJwt(client.kept.tokens.access_token);
    assert.equal(claims.iss, issuerOf(tenant, SANDBOX));
    assert.equal(claims.scope, 'notes:read');
  });

  step('works with a server that trusts the sandbox', async () => {
    const sdk = await client.connect(notes.url);
    const result = await sdk.callTool({ name: 'list_notes', arguments: {} });
    assert.ok(!result.isError, JSON.stringify(result));
  });

  step('is worth nothing at a server that trusts production', async () => {
    await notes.stop();
    notes = await startNotes(at, tenant, PRODUCTION);
    const authorization = `Bearer ${client.kept.tokens.access_token}`;
    const answer = await fetch(notes.url, { method: 'POST', headers: { authorization } });
    assert.equal(answer.status, 401);
  });

  /** Sends the client's authorization request with changed parameters; the error that comes back. */
  async function errorAfter(changes) {
    const url = new URL(client.authorizationUrl);
    for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
    const page = await visitor.open(url);
    if (page.has({ field: { name: 'password' } })) await people.signIn(page, tenant.member);
    const answer = await client.callback();
    assert.equal(answer.get('code'), null);
    return answer.get('error');
  }
});
