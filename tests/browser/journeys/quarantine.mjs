// What waits in quarantine and each way out of it that is no request yet: an attempt in detail, blocking a family, letting
// it expire, asking the tenant, which reads why. And a domain that one person proposes to trust: who proposed it cannot
// confirm.

import assert from 'node:assert/strict';
import { startNotes } from '../../peers/dev.mjs';
import { StrangerClient } from '../../peers/mcp-client.mjs';
import { PRODUCTION } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function quarantine({ at, tenant, step, person, reviewer, label, cleanup }) {
  const name = `Waiting Notes ${label}`;
  const owner = await person();
  let staff;
  let family;
  let notes;

  const follow = (who, words) => who.hands.press(who, who.page.getByRole('link', { name: words }).first());
  const fill = (who, name, text) => who.hands.fill(who, who.page.locator(`[name="${name}"]`), text);
  const press = (who, words) => who.hands.press(who, who.page.getByRole('button', { name: words }));
  /** A page that a link of the family's page leads to, looked at and left. */
  const look = async (words, picture) => {
    await staff.go(family);
    await follow(staff, words);
    await staff.visit(picture);
  };

  await step('a stranger registers and waits', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    await pages.setRegistrationMode(owner, at, tenant, PRODUCTION, 'quarantine');
    notes = await startNotes(at, tenant, PRODUCTION);
    cleanup(() => notes.stop());
    const client = await StrangerClient.start(name);
    cleanup(() => client.stop());
    assert.equal(await client.connect(notes.url), undefined);
  });

  await step('staff look at the family and at each way out', async () => {
    staff = await reviewer();
    await staff.go(`${at.staff}/quarantine`);
    await follow(staff, name);
    family = staff.page.url();
    await staff.visit('family');
    await look('Block the family', 'block-family');
    await look('Let it expire now', 'let-expire');
    await look(/^Split off/, 'split-network');
  });

  await step('staff split a network off the family', async () => {
    await fill(staff, 'reason', 'It is another program.');
    await press(staff, 'Split the network off');
    assert.match(await pages.text(staff), /family of their own within seconds/);
    await staff.visit('family-split');
  });

  await step('staff block one registration and let another expire', async () => {
    for (const [way, words, button] of [
      ['block', 'Its publisher is unknown.', /^Block/],
      ['expire', 'Nobody wants it.', /^Let /],
    ]) {
      const other = await StrangerClient.start(`${way} ${label}`);
      cleanup(() => other.stop());
      assert.equal(await other.connect(notes.url), undefined);
      await staff.go(`${at.staff}/quarantine`);
      await follow(staff, `${way} ${label}`);
      await staff.hands.press(staff, staff.page.locator('main a[href*="/quarantine/"]').first());
      await staff.visit(`${way}-registration`);
      await staff.go(`${staff.page.url().split('#')[0].split('?')[0]}/${way}`);
      await staff.visit(`${way}-one`);
      await fill(staff, 'reason', words);
      await press(staff, button);
      await staff.visit(`${way}-done`);
    }
  });

  await step('staff read one attempt', async () => {
    await staff.go(`${at.staff}/attempts`);
    await staff.visit('attempts');
    const detail = staff.page.locator('a[href^="/attempts/"]').first();
    await staff.hands.press(staff, detail);
    await staff.visit('attempt');
  });

  await step('staff ask the tenant, which reads why', async () => {
    await look('Invite the tenant to claim it', 'invite-claim');
    await fill(staff, 'reason', 'It may be your own pipeline.');
    await press(staff, /^(Ask|Invite)/);
    await staff.visit('claim-invited');
    await owner.go(`${at.portal}/t/${tenant.slug}/claims`);
    await owner.visit('claims');
    await owner.hands.press(owner, owner.page.locator('main a[href*="/claims/"]').first());
    await owner.visit('claim');
  });

  await step('one person proposes to trust a domain, and cannot confirm it', async () => {
    await staff.go(`${at.staff}/trusted-domains`);
    await staff.visit('trusted-domains-empty');
    await follow(staff, 'Propose a domain');
    await staff.visit('propose-trust');
    await press(staff, 'Propose it');
    await pages.expectSummary(staff, /\S/);
    await staff.visit('propose-trust-problems');
    await fill(staff, 'tenant', tenant.slug);
    await fill(staff, 'domain', 'trusted-partner.example.com');
    await fill(staff, 'sponsor', tenant.owner.email);
    await fill(staff, 'reason', 'They run our partners’ sign-up.');
    await press(staff, 'Propose it');
    await staff.visit('propose-trust-host');
    await fill(staff, 'domain', 'example.com');
    await press(staff, 'Propose it');
    await staff.visit('trusted-domains');
    await follow(staff, /^Answer/);
    await staff.visit('own-proposal', { scripts: false });
    assert.match(await pages.text(staff), /Who proposes does not confirm/);
  });
}
