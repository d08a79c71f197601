// A stranger's MCP client sends its user to sign in; nothing is decided; the user asks; a reviewer
// lets it in for less; the user refuses once, allows once; the reviewer suspends it.

import assert from 'node:assert/strict';
import { startNotes } from '../../peers/dev.mjs';
import { StrangerClient } from '../../peers/mcp-client.mjs';
import { PRODUCTION, says, tokenPlane } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function stranger({ at, tenant, step, person, reviewer, label, cleanup }) {
  const name = `Claude Desktop ${label}`;
  const owner = await person();
  const user = await person();
  let client;
  let notes;
  let staff;

  await step('the owner lets strangers wait in quarantine', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    await pages.setRegistrationMode(owner, at, tenant, PRODUCTION, 'quarantine');
    await owner.visit('settings');
  });

  await step('the client registers and sends its user to sign in', async () => {
    notes = await startNotes(at, tenant, PRODUCTION);
    cleanup(() => notes.stop());
    client = await StrangerClient.start(name);
    cleanup(() => client.stop());
    assert.equal(await client.connect(notes.url), undefined);
    await user.go(client.authorizationUrl.href);
    await pages.signIn(user, tenant.member, (page) => user.visit(`user-${page}`, { scripts: false }));
  });

  await step('the user reads that nothing is decided and asks', async () => {
    assert.match(await pages.text(user), says.notDecided);
    await user.visit('not-decided');
    await pages.askForAccess(user, 'I want my assistant to read my notes.');
    await user.visit('waiting');
  });

  await step('the reviewer lets it in for reading', async () => {
    staff = await reviewer();
    const look = (page) => staff.visit(page);
    await pages.linkFromQuarantine(staff, at, name, look);
    const less = { scopes: ['notes:read'], tools: ['list_notes'], reason: 'Reading is enough.' };
    await pages.approve(staff, less, look);
  });

  await step('the parked sign-in goes on to a consent page that hides nothing', async () => {
    await pages.waitForConsent(user);
    assert.match(await pages.text(user), says.quoted(name));
    await user.visit('consent', { scripts: false });
    user.stage.tally.check(`${user.journey}: consent page`, await pages.consentFindings(user));
  });

  await step('refusing reaches the client as access_denied', async () => {
    await pages.doNotAllow(user, client.redirectUri);
    const answer = await client.callback();
    assert.equal(answer.get('error'), 'access_denied');
    assert.equal(answer.get('code'), null);
  });

  await step('allowing reaches the client with a code that works', async () => {
    assert.equal(await client.connect(notes.url), undefined);
    await user.go(client.authorizationUrl.href);
    await pages.waitForConsent(user);
    await pages.allow(user, client.redirectUri);
    await client.finish();
    assert.equal(client.kept.tokens.scope, 'notes:read');
    const sdk = await client.connect(notes.url);
    const result = await sdk.callTool({ name: 'list_notes', arguments: {} });
    assert.ok(!result.isError, JSON.stringify(result));
  });

  await step('the user sees the app among those they let in, and what signing out looks like', async () => {
    await user.go(tokenPlane(at, tenant, PRODUCTION, 'apps'));
    assert.match(await pages.text(user), says.quoted(name));
    await user.visit('apps', { scripts: false });
    await user.go(tokenPlane(at, tenant, PRODUCTION, 'logout'));
    assert.match(await pages.text(user), /Sign out of/);
    await user.visit('sign-out', { scripts: false });
  });

  await step('the reviewer suspends it and it stops', async () => {
    const { client_id: id } = client.kept.client;
    await pages.suspend(staff, at, id, 'Its publisher does not answer.', (page) => staff.visit(page));
    const sdk = await client.connect(notes.url).catch((error) => error);
    const call = await sdk?.callTool?.({ name: 'list_notes', arguments: {} }).catch((error) => error);
    assert.ok(call === undefined || call instanceof Error || call.isError, 'a tool still runs');
  });
}
