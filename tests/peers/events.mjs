// The server of a resource as a receiver of security events (OpenID Shared Signals Framework 1.0): it finds the transmitter,
// sets up a stream that it polls, and checks with jose what it hears when a client is suspended.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { issuerOf, resourceCredential, resourceOf, SANDBOX } from './pages.mjs';
import * as oauth from './oauth.mjs';
import * as people from './people.mjs';
import { story } from './story.mjs';

const at = JSON.parse(await readFile(process.env.NARTHEX_ENDPOINTS));
const [tenant] = at.tenants;
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

describe('a receiver of security events', () => {
  const step = story();
  const { id, secret } = resourceCredential(tenant, SANDBOX);
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  let transmitter;
  let stream;

  async function call(url, body, method = 'POST') {
    const answer = await fetch(url, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : undefined };
  }

  /** The claims of what waits; each is checked as RFC 8417 says, and acknowledged. */
  async function hear() {
    const { body } = await call(stream.delivery.endpoint_url, { maxEvents: 10 });
    const keys = createRemoteJWKSet(new URL(transmitter.jwks_uri));
    const heard = [];
    for (const [jti, set] of Object.entries(body.sets)) {
      const { payload } = await jwtVerify(set, keys, {
        typ: 'secevent+jwt',
        issuer: transmitter.issuer,
        audience: resourceOf(tenant, SANDBOX),
      });
      assert.equal(payload.jti, jti);
      heard.push(payload);
    }
    const ack = Object.keys(body.sets);
    await call(stream.delivery.endpoint_url, { ack, maxEvents: 0, returnImmediately: true });
    return heard;
  }

  step('finds the transmitter at the well-known address', async () => {
    const issuer = new URL(issuerOf(tenant, SANDBOX));
    const url = new URL(`/.well-known/ssf-configuration${issuer.pathname}`, issuer);
    transmitter = await (await fetch(url)).json();
    assert.equal(transmitter.issuer, issuer.href);
    assert.ok(transmitter.delivery_methods_supported.includes('urn:ietf:rfc:8936'));
  });

  step('sets up a stream that it polls', async () => {
    const wish = { delivery: { method: 'urn:ietf:rfc:8936' }, events_requested: [`${CAEP}session-revoked`] };
    const { status, body } = await call(transmitter.configuration_endpoint, wish);
    assert.equal(status, 201, JSON.stringify(body));
    stream = body;
    assert.deepEqual(stream.events_delivered, wish.events_requested);
  });

  step('hears the test that it asks for', async () => {
    const wish = { stream_id: stream.stream_id, state: 'from-the-receiver' };
    assert.equal((await call(transmitter.verification_endpoint, wish)).status, 204);
    const [test] = await hear();
    assert.deepEqual(test.events, { [VERIFICATION]: { state: 'from-the-receiver' } });
  });

  step('hears of a client that is suspended', async () => {
    const owner = await people.atPortal(at, tenant, tenant.owner);
    await people.setRegistrationMode(owner, at, tenant, SANDBOX, 'open');
    const { body: client } = await oauth.register(at, tenant, SANDBOX, {
      client_name: 'Heard Of',
      redirect_uris: ['http://127.0.0.1:4712/callback'],
      token_endpoint_auth_method: 'none',
    });
    const reviewer = await people.atDashboard(at);
    const waiting = hear();
    await people.suspend(reviewer, at, client.client_id, 'It calls too often.');
    const [event] = await waiting;
    assert.equal(event.sub_id.application.sub, client.client_id);
    assert.ok(event.events[`${CAEP}session-revoked`]);
  });

  step('ends its stream', async () => {
    const url = `${transmitter.configuration_endpoint}?stream_id=${stream.stream_id}`;
    const gone = await fetch(url, { method: 'DELETE', headers: { authorization } });
    assert.equal(gone.status, 204);
    assert.equal((await call(stream.delivery.endpoint_url, { returnImmediately: true })).status, 404);
  });
});
