// The stranger in an open sandbox: registered at once, capped, and worth nothing in production.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import * as oauth from './oauth.mjs';
import { startNotes } from './dev.mjs';
import { StrangerClient } from './mcp-client.mjs';
import { discoveryOf, issuerOf, PRODUCTION, SANDBOX } from './pages.mjs';
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

  step('signs people in and out with openid-client, by a key of the algorithm that it registered', async () => {
    for (const alg of ['RS256', 'EdDSA', 'ES256']) {
      const { status, body } = await oauth.register(at, tenant, SANDBOX, {
        client_name: `Sandbox ${alg}`,
        redirect_uris: [client.redirectUri],
        post_logout_redirect_uris: [client.redirectUri],
        id_token_signed_response_alg: alg,
        token_endpoint_auth_method: 'none',
      });
      assert.equal(status, 201, JSON.stringify(body));
      await signsInAndOut(body.client_id, alg);
    }
  });

  step('is worth nothing at a server that trusts production', async () => {
    await notes.stop();
    notes = await startNotes(at, tenant, PRODUCTION);
    const authorization = `Bearer ${client.kept.tokens.access_token}`;
    const answer = await fetch(notes.url, { method: 'POST', headers: { authorization } });
    assert.equal(answer.status, 401);
  });

  /** The whole way of a certified relying party, which checks each signature by the issuer's own key set. */
  async function signsInAndOut(id, alg) {
    const server = new URL(discoveryOf(at, tenant, SANDBOX));
    const metadata = { id_token_signed_response_alg: alg };
    const config = await openid.discovery(server, id, metadata, openid.None(), {
      execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
    });
    const { end_session_endpoint: end, jwks_uri: jwks } = config.serverMetadata();
    const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()];
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: client.redirectUri,
      scope: 'openid profile email',
      claims: JSON.stringify({ id_token: { name: { essential: true } } }),
      max_age: '10000',
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    let page = await visitor.open(url);
    if (page.has({ field: { name: 'password' } })) page = await people.signIn(page, tenant.member);
    await people.allow(page);
    const back = new URL(`${client.redirectUri}?${await client.callback()}`);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 10_000 };
    const tokens = await openid.authorizationCodeGrant(config, back, checks);
    assert.equal(decodeProtectedHeader(tokens.id_token).alg, alg);
    const { sub, name, acr } = tokens.claims();
    assert.ok(name, 'the claim that was asked for');
    assert.equal(acr, 'https://narthex.dev/acr/password');
    const known = await openid.fetchUserInfo(config, tokens.access_token, sub);
    assert.equal(known.name, name);
    const keys = createRemoteJWKSet(new URL(jwks));
    const { payload } = await jwtVerify(tokens.access_token, keys, { issuer: issuerOf(tenant, SANDBOX), typ: 'at+jwt' });
    assert.equal(payload.sub, sub);
    await assert.rejects(jwtVerify(tokens.id_token, keys, { typ: 'at+jwt' }));

    const leave = openid.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: client.redirectUri,
      state: 'gone',
    });
    assert.ok(leave.href.startsWith(end));
    await visitor.open(leave);
    assert.equal((await client.callback()).get('state'), 'gone');
    const again = await visitor.open(url);
    assert.ok(again.has({ field: { name: 'password' } }), 'nobody is signed in any more');
  }

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
