// A client that comes with the address of its own document, with a logo: its user asks, a reviewer sees the logo from our
// own origin and approves it with a warning; the consent page warns and shows no logo. Without the warning it does.

import assert from 'node:assert/strict';
import { startNotes } from '../../peers/dev.mjs';
import { NAME } from '../../peers/document-host.mjs';
import { StrangerClient } from '../../peers/mcp-client.mjs';
import { PRODUCTION } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function warned({ at, tenant, documentUrl, step, person, reviewer, cleanup }) {
  if (!documentUrl) return;
  const user = await person();
  let client;
  let notes;
  let staff;

  const pictures = (who) => who.page.locator('main img').evaluateAll((all) => all.map((one) => [one.getAttribute('src'), one.naturalWidth]));
  const reach = { scopes: ['notes:read'], tools: ['list_notes'] };

  await step('a client comes with its address, and its user asks', async () => {
    notes = await startNotes(at, tenant, PRODUCTION);
    cleanup(() => notes.stop());
    client = await StrangerClient.start(NAME, { documentUrl });
    cleanup(() => client.stop());
    assert.equal(await client.connect(notes.url), undefined);
    await user.go(client.authorizationUrl.href);
    await pages.signIn(user, tenant.member);
    await pages.waitUntilUndecided(user);
    assert.deepEqual(await pictures(user), [], 'no logo before anybody decides');
    await pages.askForAccess(user, 'My team keeps its notes here.');
  });

  await step('the reviewer sees its logo, marked, from our own origin', async () => {
    staff = await reviewer();
    await pages.linkFromQuarantine(staff, at, NAME, async (page) => {
      await staff.visit(page);
      if (page !== 'registration') return;
      const [[src, width]] = await pictures(staff);
      assert.match(src, /^\/logos\//);
      assert.ok(width > 0, 'the picture is there');
      assert.match(await pages.text(staff), /The logo it shows, fetched by us/);
    });
  });

  await step('the reviewer approves it with a warning for the first people', async () => {
    const span = staff.page.locator('[name="warn"]');
    await staff.hands.select(staff, span, 'For 30 days');
    await staff.hands.fill(staff, staff.page.locator('[name="warn_people"]'), '1');
    await staff.visit('review-with-warning');
    await pages.approve(staff, { ...reach, reason: 'We do not know it well yet.' }, (page) => staff.visit(page));
    assert.match(await pages.text(staff), /warn/i);
  });

  await step('the consent page warns, and shows no logo', async () => {
    await pages.waitForConsent(user);
    assert.match(await pages.text(user), /allowed here with a warning/);
    assert.deepEqual(await pictures(user), []);
    await user.visit('consent-warned', { scripts: false });
    await pages.allow(user, client.redirectUri);
    await client.finish();
  });

  await step('after the first people nobody is warned any more, and the logo is there', async () => {
    client.kept.tokens = undefined;
    assert.equal(await client.connect(notes.url), undefined);
    await user.go(client.authorizationUrl.href);
    await pages.waitForConsent(user);
    assert.doesNotMatch(await pages.text(user), /allowed here with a warning/);
    const [[src, width]] = await pictures(user);
    assert.match(src, /^\/t\/[a-z-]+\/production\/logo\//);
    assert.ok(width > 0, 'the picture is there');
    await user.visit('consent', { scripts: false });
  });

  await step('the logs have both, and fit their page', async () => {
    for (const log of ['issuance', 'attempts']) {
      await staff.go(`${at.staff}/${log}`);
      await staff.visit(log);
    }
  });
}
