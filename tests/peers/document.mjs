// The journey of a client that brings the address of its own metadata document: no registration is
// offered and none is made. The official client SDK, the protected server and the product's pages;
// the document is on a host of the outside world, which only the product's discovery plane asks.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { startNotes } from './dev.mjs';
import { NAME } from './document-host.mjs';
import { StrangerClient } from './mcp-client.mjs';
import * as oauth from './oauth.mjs';
import { PRODUCTION, says } from './pages.mjs';
import * as people from './people.mjs';
import { story } from './story.mjs';
import { Visitor } from './visitor.mjs';

const APPROVED = { scopes: ['notes:read'], tools: ['list_notes'] };
const REASON = 'My team keeps its notes here.';

const at = JSON.parse(await readFile(process.env.NARTHEX_ENDPOINTS));
const [tenant] = at.tenants;
const url = process.env.NARTHEX_DOCUMENT_URL;
const skip = url === undefined && 'this system was not told where the host of the document is';

describe('a client with a metadata document', { skip }, () => {
  const step = story();
  const visitor = new Visitor();
  let notes;
  let client;
  let page;
  before(async () => {
    const owner = await people.atPortal(at, tenant, tenant.owner);
    await people.setRegistrationMode(owner, at, tenant, PRODUCTION, 'closed');
    notes = await startNotes(at, tenant, PRODUCTION);
    client = await StrangerClient.start(NAME, { documentUrl: url });
  });
  after(async () => {
    client?.stop();
    await notes?.stop();
  });

  step('is told that documents are taken, and that nothing can be registered', async () => {
    const { body } = await oauth.metadata(at, tenant, PRODUCTION);
    assert.equal(body.client_id_metadata_document_supported, true);
    assert.equal(body.registration_endpoint, undefined);
    assert.ok(body.token_endpoint_auth_methods_supported.includes('none'));
  });

  step('comes with its address, without registering', async () => {
    assert.equal(await client.connect(notes.url), undefined, 'a person has to sign in first');
    assert.equal(client.authorizationUrl.searchParams.get('client_id'), url);
  });

  step('has its address looked at, and its user told that nothing is decided', async () => {
    page = await visitor.open(client.authorizationUrl);
    if (page.has({ field: { name: 'password' } })) page = await people.signIn(page, tenant.member);
    page = await people.reloadUntil(page, (seen) => says.notDecided.test(seen.text));
    assert.match(page.text, says.quoted(NAME));
    assert.ok(page.text.includes(new URL(url).hostname), 'the address before the name');
    assert.ok(!people.asksForConsent(page), 'nothing can be allowed yet');
  });

  step('is asked for, linked and approved', async () => {
    page = await people.askForAccess(page, REASON);
    // Not whom the next journey signs in as: a one-time code works once.
    const reviewer = await people.atDashboard(at, /approver/);
    const review = await people.linkFromQuarantine(reviewer, at, NAME);
    await people.approve(review, { ...APPROVED, reason: 'Reads notes, nothing else.' });
  });

  step('has its parked sign-in go on to the consent page', async () => {
    page = await people.reloadUntil(page, people.asksForConsent);
    assert.ok(page.text.includes(new URL(url).hostname), 'the host of the address');
    assert.match(page.text, says.thisComputer);
    assert.match(page.text, says.anyProgram);
  });

  step('gets a token under its address, and calls a tool', async () => {
    await people.allow(page);
    await client.finish();
    const sdk = await client.connect(notes.url);
    const result = await sdk.callTool({ name: 'list_notes', arguments: {} });
    assert.ok(!result.isError, JSON.stringify(result));
    const { access_token: token } = client.kept.tokens;
    const { body } = await oauth.introspect(at, tenant, PRODUCTION, token);
    assert.deepEqual([body.active, body.client_id], [true, url]);
  });
});
