// An approved client's document names another address. Its owner had chosen that people are asked again: what they
// allowed before counts no more, the client has them sign in and does not register anew, and the consent page says what
// changed. Staff and the owner read what happens meanwhile, and by which rule.

import assert from 'node:assert/strict';
import { startNotes } from '../../peers/dev.mjs';
import { CHANGING, change } from '../../peers/document-host.mjs';
import { StrangerClient } from '../../peers/mcp-client.mjs';
import { PRODUCTION } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function changes({ at, tenant, documentUrl, step, person, reviewer, cleanup }) {
  if (!documentUrl) return;
  const url = new URL(CHANGING.path, documentUrl).href;
  const user = await person();
  const owner = await person();
  let client;
  let notes;
  let staff;
  let page;
  const reach = { scopes: ['notes:read'], tools: ['list_notes'] };
  const addresses = ['http://127.0.0.1/callback', 'https://app.example/callback'];
  change({ redirect_uris: addresses });

  await step('a person uses a client that comes with its address', async () => {
    notes = await startNotes(at, tenant, PRODUCTION);
    cleanup(() => notes.stop());
    client = await StrangerClient.start(CHANGING.name, { documentUrl: url });
    cleanup(() => client.stop());
    assert.equal(await client.connect(notes.url), undefined);
    await user.go(client.authorizationUrl.href);
    await pages.signIn(user, tenant.member);
    await pages.waitUntilUndecided(user);
    await pages.askForAccess(user, 'My team keeps its notes here.');
    staff = await reviewer();
    await pages.linkFromQuarantine(staff, at, CHANGING.name, async () => {});
    await pages.approve(staff, { ...reach, reason: 'We know it.' }, async () => {});
    await pages.waitForConsent(user);
    assert.doesNotMatch(await pages.text(user), /What changed since/);
    await pages.allow(user, client.redirectUri);
    await client.finish();
    assert.ok(await client.connect(notes.url));
  });

  await step('the owner has people asked again when redirect addresses change', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const chosen = ['redirects', 'asked_again'];
    await pages.chooseOnChange(owner, at, tenant, PRODUCTION, chosen, (name) => owner.visit(name));
    assert.match(await pages.text(owner), /Other redirect addresses\s+People are asked again/);
    assert.match(await pages.text(owner), /What nobody can choose/);
  });

  await step('its document names another address, and staff see what happens meanwhile', async () => {
    change({ redirect_uris: [...addresses, 'https://app.example/other'] });
    await staff.go(`${at.staff}/documents`);
    const row = staff.page.locator('tr, li', { hasText: 'changing.json' }).last();
    await staff.hands.press(staff, row.getByRole('button', { name: /fetch again/i }));
    page = `${at.staff}/clients/${tenant.slug}/${PRODUCTION}/${encodeURIComponent(url)}`;
    await staff.go(page);
    for (let tries = 0; !/Changed, and not agreed to/.test(await pages.text(staff)); tries += 1) {
      assert.ok(tries < 40, await pages.text(staff));
      await staff.page.waitForTimeout(250);
      await staff.page.reload();
    }
    assert.match(await pages.text(staff), /People are asked again/);
    await staff.visit('client-asked-again');
    await pages.openRequest(staff, at, CHANGING.name, async () => {});
    assert.match(await pages.text(staff), /What happens meanwhile/);
    await staff.visit('review-asked-again');
  });

  await step('the client has its person sign in, and keeps its identifier', async () => {
    const { kept } = client;
    kept.invalidated = [];
    kept.tokens = { ...kept.tokens, access_token: 'over' };
    assert.equal(await client.connect(notes.url), undefined);
    assert.ok(!kept.invalidated.some((what) => what === 'all' || what === 'client'), kept.invalidated.join());
    assert.ok(kept.invalidated.includes('tokens'), 'the refresh token was refused');
    assert.equal(new URL(client.authorizationUrl).searchParams.get('client_id'), url);
  });

  await step('the person reads what changed, and decides again', async () => {
    await user.go(client.authorizationUrl.href);
    await pages.waitForConsent(user);
    const words = await pages.text(user);
    assert.match(words, /What changed since you allowed it on/);
    assert.match(words, /app\.example\/other/);
    assert.match(words, /has not decided about it yet/);
    await user.visit('consent-changed', { scripts: false });
    await pages.allow(user, client.redirectUri);
    await client.finish();
    assert.ok(await client.connect(notes.url));
  });
}
