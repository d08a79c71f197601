// A television without a browser (RFC 8628), driven by openid-client: it asks, its person answers elsewhere, it
// gets tokens once. A refusal and an impatient device are told what the specification says.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe } from 'node:test';
import { decodeJwt } from 'jose';
import * as openid from 'openid-client';
import { buttons, discoveryOf, fields, issuerOf, PRODUCTION, says } from './pages.mjs';
import * as people from './people.mjs';
import { story } from './story.mjs';
import { Visitor } from './visitor.mjs';

const at = JSON.parse(await readFile(process.env.NARTHEX_ENDPOINTS));
const [tenant] = at.tenants;
const NAME = 'Living Room Television';
const HELPER = 'Screen Sorter';

describe('a device without a browser', () => {
  const step = story();
  const visitor = new Visitor();
  let config;
  let helper;
  let asked;
  let tokens;
  before(async () => {
    const owner = await people.atPortal(at, tenant, tenant.owner);
    await people.createIntegration(owner, at, tenant, { name: NAME, signIn: 'device', scopes: ['notes:read'] });
    const reviewer = await people.atDashboard(at);
    const page = await people.openReview(reviewer, at, NAME);
    await people.approve(page, { scopes: ['notes:read'], tools: [], reason: 'It shows notes on a screen.' });
    const id = await people.clientOf(reviewer, at, NAME);
    const server = new URL(discoveryOf(at, tenant, PRODUCTION));
    const insecure = { execute: [openid.allowInsecureRequests] };
    config = await openid.discovery(server, id, undefined, openid.None(), insecure);

    await people.createIntegration(owner, at, tenant, { name: HELPER, signIn: 'helper', scopes: ['notes:read'] });
    const other = await people.openReview(reviewer, at, HELPER);
    await people.approve(other, { scopes: ['notes:read'], tools: [], reason: 'It sorts what the screen shows.' });
    const secret = await people.createCredentials(owner, at, tenant, HELPER);
    const helperId = await people.clientOf(reviewer, at, HELPER);
    helper = await openid.discovery(server, helperId, undefined, openid.ClientSecretBasic(secret), insecure);
  });

  step('is announced, and asks with openid-client', async () => {
    const metadata = config.serverMetadata();
    assert.ok(metadata.grant_types_supported.includes('urn:ietf:params:oauth:grant-type:device_code'));
    asked = await openid.initiateDeviceAuthorization(config, { scope: 'openid notes:read notes:delete' });
    assert.match(asked.user_code, /^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
    assert.ok(asked.verification_uri_complete.endsWith(`?user_code=${asked.user_code}`));
  });

  step('leads its person to a page that hides nothing and decides nothing by itself', async () => {
    let page = await visitor.open(asked.verification_uri_complete);
    page = await people.signIn(page, tenant.member);
    assert.match(page.text, says.inFrontOfYou);
    page = await page.form({ field: fields.userCode }).press();
    assert.match(page.text, says.quoted(NAME));
    for (const shown of [asked.user_code, config.clientMetadata().client_id, '127.0.0.1']) {
      assert.ok(page.text.includes(shown), shown);
    }
    const end = await page.form({ button: buttons.allow }).press(buttons.allow);
    assert.match(end.text, says.deviceConnected);
  });

  step('gets tokens for what was approved, once', async () => {
    tokens = await openid.pollDeviceAuthorizationGrant(config, asked);
    assert.equal(tokens.scope, 'notes:read openid');
    const claims = decodeJwt(tokens.access_token);
    assert.equal(claims.iss, issuerOf(tenant, PRODUCTION));
    assert.equal(claims.sub, tokens.claims().sub, 'the person of the ID token');
    const info = await openid.fetchUserInfo(config, tokens.access_token, claims.sub).catch((error) => error);
    // Its audience is the notes, not the issuer: userinfo says so.
    assert.ok(info instanceof Error || info.sub === claims.sub);
  });

  step('hands its token to a helper, which gets a narrower one of its own', async () => {
    const exchange = (more) => openid.genericGrantRequest(helper, 'urn:ietf:params:oauth:grant-type:token-exchange', {
      subject_token: tokens.access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...more,
    });
    const narrowed = await exchange({ scope: 'notes:read' });
    assert.equal(narrowed.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
    const [own, before] = [decodeJwt(narrowed.access_token), decodeJwt(tokens.access_token)];
    assert.deepEqual([own.sub, own.aud, own.scope], [before.sub, before.aud, 'notes:read']);
    const ids = [helper, config].map((one) => one.clientMetadata().client_id);
    assert.deepEqual(own.act, { sub: ids[0], act: { sub: ids[1] } });
    assert.ok(own.exp <= before.exp);
    const grown = await exchange({ scope: 'notes:delete' }).catch((error) => error.error);
    assert.equal(grown, 'invalid_scope');
  });

  step('refreshes, and loses everything when the code comes back', async () => {
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(next.refresh_token, tokens.refresh_token);
    const again = await openid.pollDeviceAuthorizationGrant(config, asked).catch((error) => error);
    assert.equal(again.error, 'invalid_grant');
    const ended = await openid.refreshTokenGrant(config, next.refresh_token).catch((error) => error);
    assert.equal(ended.error, 'invalid_grant');
  });

  step('waits while nobody answers, slower when told to, and hears a refusal', async () => {
    const other = await openid.initiateDeviceAuthorization(config, { scope: 'notes:read' });
    const poll = () => openid.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: other.device_code,
    }).catch((error) => error.error);
    assert.equal(await poll(), 'authorization_pending');
    assert.equal(await poll(), 'slow_down');
    let page = await visitor.open(other.verification_uri);
    page = await page.form({ field: fields.userCode }).fill(fields.userCode, other.user_code).press();
    const end = await page.form({ button: buttons.doNotAllow }).press(buttons.doNotAllow);
    assert.match(end.text, says.deviceRefused);
    const refused = await openid.pollDeviceAuthorizationGrant(config, other).catch((error) => error);
    assert.equal(refused.error, 'access_denied');
  });
});
