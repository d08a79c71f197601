// A television asks; its person enters the code on another screen, reads who asks from where, refuses one and allows
// another; the television gets tokens for what was approved.

import assert from 'node:assert/strict';
import { PRODUCTION, says, tokenPlane } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export default async function device({ at, tenant, step, person, reviewer, label }) {
  const name = `Television ${label}`;
  const scopes = [{ scope: 'notes:read' }];
  const owner = await person();
  const user = await person();
  let client;

  await step('the owner describes a device and sends it', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const integration = { name, purpose: 'Shows notes on a screen.', signIn: 'device', scopes, tools: [] };
    await pages.createIntegration(owner, at, tenant, integration, (page) => owner.visit(page));
  });

  await step('the reviewer reads how people sign in and approves it', async () => {
    const staff = await reviewer();
    await pages.openRequest(staff, at, name, (page) => staff.visit(page));
    assert.match(await pages.text(staff), /sign-in by a person on another device/i);
    await pages.approve(staff, { scopes: ['notes:read'], tools: [], reason: 'Reading is enough.' }, () => {});
    client = await pages.clientOf(staff, at, name);
  });

  await step('the person is warned before a code is entered', async () => {
    const { verification_uri_complete: url } = await ask();
    await user.go(url);
    await pages.signIn(user, tenant.member);
    assert.match(await pages.text(user), says.inFrontOfYou);
    await user.visit('device-code', { scripts: false });
    await pages.enterCode(user, 'WDJB-WDJB');
    await user.visit('device-code-wrong', { scripts: false });
  });

  await step('refusing shares nothing', async () => {
    const { device_code: code, user_code: typed } = await ask();
    await pages.enterCode(user, typed);
    await pages.answerDevice(user, 'doNotAllow');
    assert.match(await pages.text(user), says.deviceRefused);
    await user.visit('device-refused', { scripts: false });
    assert.equal((await poll(code)).error, 'access_denied');
  });

  await step('allowing shares what the page said', async () => {
    const { device_code: code, user_code: typed } = await ask();
    assert.equal((await poll(code)).error, 'authorization_pending');
    await pages.enterCode(user, typed.toLowerCase());
    const text = await pages.text(user);
    for (const shown of [typed, client, '127.0.0.1']) assert.ok(text.includes(shown), shown);
    await user.visit('device-consent', { scripts: false });
    await pages.answerDevice(user, 'allow');
    assert.match(await pages.text(user), says.deviceConnected);
    await user.visit('device-connected', { scripts: false });
    assert.equal((await poll(code)).scope, 'notes:read openid');
  });

  async function ask() {
    return post('device_authorization', { client_id: client, scope: 'openid notes:read' });
  }

  async function poll(code) {
    return post('token', { grant_type: GRANT, client_id: client, device_code: code });
  }

  async function post(path, fields) {
    const url = tokenPlane(at, tenant, PRODUCTION, path);
    return (await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })).json();
  }
}
