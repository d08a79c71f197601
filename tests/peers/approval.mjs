// A service that registers where a person has to decide first (draft-dellaert-oauth-approval-based-dcr): it shows a
// code, polls, is vouched for in the portal and approved in the dashboard, and gets its secret and a token.
// The client is a few lines of fetch: no SDK knows this yet. Its tokens it can have bound to a key, with openid-client.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { calculateJwkThumbprint, decodeJwt, exportJWK } from 'jose';
import * as openid from 'openid-client';
import { startNotes } from './dev.mjs';
import * as examples from './examples.mjs';
import * as oauth from './oauth.mjs';
import { discoveryOf, issuerOf, PRODUCTION } from './pages.mjs';
import * as people from './people.mjs';
import { story } from './story.mjs';

const NAME = 'Night Shift';
const POLLS = 4;

const at = JSON.parse(await readFile(process.env.NARTHEX_ENDPOINTS));
const [tenant] = at.tenants;

describe('a service that waits for a decision', () => {
  const step = story();
  let owner;
  let codes;
  let review;
  let client;
  before(async () => {
    owner = await people.atPortal(at, tenant, tenant.owner);
    await people.setRegistrationMode(owner, at, tenant, PRODUCTION, 'approval');
  });

  step('reads that registration is answered by approval', async () => {
    const { body } = await oauth.metadata(at, tenant, PRODUCTION);
    assert.deepEqual(body.registration_modes_supported, ['approval']);
    assert.ok(body.registration_endpoint);
  });

  step('is refused when it does not say that it can wait', async () => {
    const { registration_mode: _, ...impatient } = metadata();
    const { status, body } = await oauth.register(at, tenant, PRODUCTION, impatient);
    assert.deepEqual([status, body.error], [400, 'invalid_client_metadata']);
  });

  step('registers and gets two codes, and nothing to use', async () => {
    const { status, headers, body } = await oauth.register(at, tenant, PRODUCTION, metadata());
    assert.equal(status, 202);
    assert.match(headers.get('cache-control'), /no-store/);
    assert.match(body.verification_code, /^[B-Z]{4}-[B-Z]{4}$/);
    assert.equal(body.client_id, undefined);
    codes = body;
  });

  step('hears that nobody has decided, and to slow down when it hurries', async () => {
    assert.equal((await poll()).status, 202);
    const hurried = await poll();
    assert.equal(hurried.status, 429);
    codes.interval = Number(hurried.headers.get('retry-after'));
    assert.ok(codes.interval > 5);
  });

  step('is vouched for by the person who has its code', async () => {
    review = await people.vouch(owner, codes.verification_uri_complete, NAME);
  });

  step('is approved by a reviewer', async () => {
    const reviewer = await people.atDashboard(at);
    const page = await people.openReview(reviewer, at, NAME);
    await people.approve(page, { scopes: ['notes:read'], tools: ['list_notes'], reason: 'It reads the notes at night.' });
    assert.ok(review);
  });

  step('gets its identifier and its secret once', async () => {
    let answer;
    for (let polls = 0; polls < POLLS && answer?.status !== 201; polls += 1) {
      await sleep(codes.interval * 1000);
      answer = await poll();
    }
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    client = answer.body;
    assert.match(client.client_id, /^np_/);
    assert.match(client.client_secret, /^nps_/);
    assert.equal(client.scope, 'notes:read');
    const again = await poll();
    assert.deepEqual([again.status, again.body.error], [400, 'invalid_registration']);
  });

  step('gets a token with it', async () => {
    const { status, body } = await oauth.clientCredentials(at, tenant, PRODUCTION, client);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(decodeJwt(body.access_token).client_id, client.client_id);
    assert.equal(body.scope, 'notes:read');
  });

  step('gets a token that is bound to its key, with openid-client', async () => {
    const server = new URL(discoveryOf(at, tenant, PRODUCTION));
    const config = await openid.discovery(server, client.client_id, undefined, openid.ClientSecretBasic(client.client_secret), {
      execute: [openid.allowInsecureRequests],
    });
    assert.ok(config.serverMetadata().dpop_signing_alg_values_supported.includes('ES256'));
    const keys = await openid.randomDPoPKeyPair('ES256', { extractable: true });
    const DPoP = openid.getDPoPHandle(config, keys);
    const bound = await openid.clientCredentialsGrant(config, {}, { DPoP });
    assert.equal(bound.token_type, 'dpop');
    const jkt = await calculateJwkThumbprint(await exportJWK(keys.publicKey));
    assert.equal(decodeJwt(bound.access_token).cnf.jkt, jkt);
    const { body } = await oauth.introspect(at, tenant, PRODUCTION, bound.access_token);
    assert.deepEqual([body.token_type, body.cnf], ['DPoP', { jkt }]);
  });

  step('calls a tool with the program that the documentation shows', async () => {
    const notes = await startNotes(at, tenant, PRODUCTION);
    try {
      const page = await examples.page(at, tenant, PRODUCTION, 'mcp-typescript');
      assert.ok(page.includes(`export NARTHEX_ISSUER=${issuerOf(tenant, PRODUCTION)}\n`));
      const [program, ...others] = examples.blocks(page, 'ts');
      assert.deepEqual(others, []);
      const said = await examples.runModule(program, {
        NARTHEX_ISSUER: issuerOf(tenant, PRODUCTION),
        NARTHEX_CLIENT_ID: client.client_id,
        NARTHEX_CLIENT_SECRET: client.client_secret,
        MCP_SERVER: notes.url,
      });
      assert.match(said, /list_notes: Lists all notes/);
      assert.match(said, /Water the plants/);
    } finally {
      await notes.stop();
    }
  });

  function poll() {
    const { registration_code: code } = codes;
    return oauth.register(at, tenant, PRODUCTION, { registration_code: code });
  }
});

function metadata() {
  return {
    client_name: NAME,
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'notes:read notes:write',
    registration_mode: ['approval'],
  };
}
