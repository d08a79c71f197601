// The stranger's journey: an MCP client that nobody registered in advance meets a protected MCP
// server. It registers, waits, is approved for less than it asked, works, misbehaves, is stopped.
// Everything is real: the official client SDK, the protected server, the product's own pages.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InsufficientScopeError } from '@modelcontextprotocol/client';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as openid from 'openid-client';
import { startNotes } from './dev.mjs';
import { StrangerClient } from './mcp-client.mjs';
import * as oauth from './oauth.mjs';
import { PRODUCTION, discoveryOf, says } from './pages.mjs';
import * as people from './people.mjs';
import { story } from './story.mjs';
import { Visitor } from './visitor.mjs';

const NAME = 'Stranger Notes';
const APPROVED = { scopes: ['notes:read', 'notes:write'], tools: ['list_notes'] };
const REASON = 'I keep my meeting notes here and want my assistant to read them.';
const STOP_LIMIT_MS = 1000;

const at = JSON.parse(await readFile(process.env.NARTHEX_ENDPOINTS));
const [tenant] = at.tenants;

describe('a closed environment', () => {
  let notes;
  let client;
  before(async () => {
    const owner = await people.atPortal(at, tenant, tenant.owner);
    await people.setRegistrationMode(owner, at, tenant, PRODUCTION, 'closed');
    notes = await startNotes(at, tenant, PRODUCTION);
    client = await StrangerClient.start(NAME);
  });
  after(async () => {
    client?.stop();
    await notes?.stop();
  });

  it('publishes its issuer, PKCE and iss, and no registration endpoint', async () => {
    const { status, body } = await oauth.metadata(at, tenant, PRODUCTION);
    assert.equal(status, 200);
    assert.equal(body.issuer, tenant.issuer);
    assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
    assert.equal(body.authorization_response_iss_parameter_supported, true);
    assert.equal(body.registration_endpoint, undefined);
  });

  it('sends a client without a token to that issuer', async () => {
    const answer = await fetch(notes.url, { method: 'POST' });
    assert.equal(answer.status, 401);
    const challenge = answer.headers.get('www-authenticate');
    assert.match(challenge, /^Bearer /);
    const [, documentUrl] = /resource_metadata="([^"]+)"/.exec(challenge);
    const document = await (await fetch(documentUrl)).json();
    assert.equal(document.resource, notes.url);
    assert.deepEqual(document.authorization_servers, [tenant.issuer]);
  });

  it('tells the client that registration is not offered', async () => {
    await assert.rejects(client.connect(notes.url), /does not support dynamic client registration/);
  });

  it('answers a registration with 400 and an OAuth error', async () => {
    const { status, body } = await oauth.register(at, tenant, PRODUCTION, someMetadata());
    assert.equal(status, 400);
    assert.match(body.error, /^(access_denied|invalid_client_metadata|unapproved_software_statement|invalid_request)$/);
    assert.equal(body.client_id, undefined);
  });
});

describe('a stranger in quarantine', () => {
  const step = story();
  const visitor = new Visitor();
  let notes;
  let client;
  let reviewer;
  let page;
  let sdk;
  before(async () => {
    const owner = await people.atPortal(at, tenant, tenant.owner);
    await people.setRegistrationMode(owner, at, tenant, PRODUCTION, 'quarantine');
    notes = await startNotes(at, tenant, PRODUCTION);
    client = await StrangerClient.start(NAME);
  });
  after(async () => {
    client?.stop();
    await notes?.stop();
  });

  step('registers and gets an identifier, no secret and no scope', async () => {
    assert.equal(await client.connect(notes.url), undefined, 'a person has to sign in first');
    const { client: registered } = client.kept;
    assert.match(registered.client_id, /^np_[a-z2-7]{26}$/);
    assert.equal(registered.client_secret, undefined);
    assert.equal(registered.scope ?? '', '');
  });

  step('registers the same metadata again and gets the same identifier', async () => {
    const again = { ...someMetadata(), redirect_uris: [client.redirectUri] };
    const first = await oauth.register(at, tenant, PRODUCTION, again);
    const second = await oauth.register(at, tenant, PRODUCTION, again);
    assert.deepEqual([first.status, second.status], [201, 201]);
    assert.equal(first.body.client_id, second.body.client_id);
    assert.equal(first.body.client_secret, undefined);
  });

  step('sends its user to a page that says nothing is decided', async () => {
    page = await visitor.open(client.authorizationUrl);
    if (page.has({ field: { name: 'password' } })) page = await people.signIn(page, tenant.member);
    assert.match(page.text, says.notDecided);
    assert.ok(!people.asksForConsent(page), 'nothing can be allowed yet');
  });

  step('lets the user ask for access with a reason', async () => {
    page = await people.askForAccess(page, REASON);
    assert.match(page.text, says.waiting);
  });

  step('gets no token by exchanging an invented code', async () => {
    const bare = new URLSearchParams({ code: 'invented', iss: tenant.issuer });
    await assert.rejects(client.transport.finishAuth(bare));
    assert.equal(client.kept.tokens, undefined);
    assert.ok(client.kept.client, 'no answer may make a client register again');
  });

  step('is found in quarantine, linked, and approved for less than it asked', async () => {
    reviewer = await people.atDashboard(at);
    const review = await people.linkFromQuarantine(reviewer, at, NAME);
    for (const scope of ['notes:read', 'notes:write', 'notes:delete']) {
      assert.ok(review.text.includes(scope), `the review page shows ${scope}`);
    }
    await people.approve(review, { ...APPROVED, reason: 'Reads and adds notes; deleting is too much.' });
  });

  step('has its parked sign-in go on to the consent page', async () => {
    page = await people.reloadUntil(page, people.asksForConsent);
    assert.match(page.text, says.quoted(NAME));
    assert.match(page.text, says.thisComputer);
    assert.ok(page.root.querySelectorAll('script').length === 0, 'no script on the consent page');
    assert.match(page.headers['cache-control'], /no-store/);
    assert.ok(!page.text.includes('notes:delete'), 'what was not approved is not asked for');
  });

  step('gets a token for exactly what was approved', async () => {
    // The consent page is where the flow was: it belongs to the state of the client's first try.
    await people.allow(page);
    const answer = await client.finish();
    assert.equal(answer.get('iss'), tenant.issuer);
    const { access_token: token, scope } = client.kept.tokens;
    assert.deepEqual(scope.split(' ').sort(), APPROVED.scopes);
    assert.equal(decodeProtectedHeader(token).typ, 'at+jwt');
    const claims = decodeJwt(token);
    assert.equal(claims.iss, tenant.issuer);
    assert.equal(claims.aud, notes.url);
    assert.equal(claims.client_id, client.kept.client.client_id);
    assert.ok(claims.exp - claims.iat <= 600, 'lives ten minutes at most');
  });

  step('lists the notes', async () => {
    sdk = await client.connect(notes.url);
    const result = await sdk.callTool({ name: 'list_notes', arguments: {} });
    assert.ok(!result.isError, JSON.stringify(result));
    assert.match(result.content[0].text, /Water the plants/);
  });

  step('is refused a tool whose scope it has and whose entitlement it has not', async () => {
    const result = await sdk.callTool({ name: 'add_note', arguments: { body: 'mine' } });
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /refused add_note/);
  });

  step('is refused a tool whose scope was not approved', async () => {
    const call = sdk.callTool({ name: 'delete_note', arguments: { id: '1' } });
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof InsufficientScopeError, String(error));
      assert.equal(error.requiredScope, 'notes:delete');
      return true;
    });
  });

  step('asks with a request that it pushed, with openid-client', async () => {
    const server = new URL(discoveryOf(at, tenant, PRODUCTION));
    const config = await openid.discovery(server, client.kept.client.client_id, undefined, openid.None(), {
      execute: [openid.allowInsecureRequests],
    });
    const verifier = openid.randomPKCECodeVerifier();
    const state = openid.randomState();
    const url = await openid.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: client.redirectUri,
      scope: 'notes:read',
      resource: notes.url,
      state,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const consent = await visitor.open(url);
    assert.match(consent.text, says.quoted(NAME));
    await people.allow(consent);
    const back = new URL(`${client.redirectUri}?${await client.callback()}`);
    const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
    assert.equal(tokens.scope, 'notes:read');
    assert.equal(decodeJwt(tokens.access_token).aud, notes.url);
  });

  step('rotates its refresh token', async () => {
    const first = client.kept.tokens;
    const { status, body } = await refresh(first.refresh_token);
    assert.equal(status, 200, JSON.stringify(body));
    assert.notEqual(body.refresh_token, first.refresh_token);
    client.kept.rotated = { first, second: body };
  });

  step('loses the whole grant when the old refresh token comes back', async () => {
    const { first, second } = client.kept.rotated;
    const replay = await refresh(first.refresh_token);
    assert.deepEqual([replay.status, replay.body.error], [400, 'invalid_grant']);
    const newest = await refresh(second.refresh_token);
    assert.deepEqual([newest.status, newest.body.error], [400, 'invalid_grant']);
    const { body } = await oauth.introspect(at, tenant, PRODUCTION, second.access_token);
    assert.deepEqual(body, { active: false });
  });

  step('starts again, and its token is active', async () => {
    delete client.kept.tokens;
    assert.equal(await client.connect(notes.url), undefined);
    page = await visitor.open(client.authorizationUrl);
    if (people.asksForConsent(page)) page = await people.allow(page);
    await client.finish();
    sdk = await client.connect(notes.url);
    const { body } = await introspectCurrent();
    assert.equal(body.active, true);
    assert.equal(body.client_id, client.kept.client.client_id);
  });

  step('stops within a second of being suspended', async () => {
    const { client_id: id } = client.kept.client;
    const done = await people.suspend(reviewer, at, id, 'It asked for more than it said.');
    while ((await introspectCurrent()).body.active) {
      assert.ok(Date.now() - done < STOP_LIMIT_MS, 'introspection still says active');
      await sleep(20);
    }
    const call = await sdk.callTool({ name: 'list_notes', arguments: {} }).catch((error) => error);
    assert.ok(call instanceof Error || call.isError, 'a tool still runs');
    const refreshed = await refresh(client.kept.tokens.refresh_token);
    assert.equal(refreshed.status, 400, 'the token endpoint still refreshes');
    assert.ok(Date.now() - done < STOP_LIMIT_MS, `took ${Date.now() - done} ms`);
  });

  function refresh(token) {
    const { client_id: id } = client.kept.client;
    return oauth.refresh(at, tenant, PRODUCTION, id, token, notes.url);
  }

  function introspectCurrent() {
    return oauth.introspect(at, tenant, PRODUCTION, client.kept.tokens.access_token);
  }
});

function someMetadata() {
  return {
    client_name: `${NAME} again`,
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  };
}
