// A client of the sandbox comes to production by a case of its own; the inventory shows both; a colleague who is
// removed leaves nobody to answer, and an owner takes it over; requests of low risk are approved together.

import assert from 'node:assert/strict';
import { SANDBOX, PRODUCTION, portal, staff as paths } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function promotion({ at, tenant, step, person, reviewer, label }) {
  const name = `Ledger ${label}`;
  const scope = `ledger-${label}:read`;
  const resource = {
    name: `Ledger ${label}`,
    identifier: `https://${label}.ledger.example/mcp`,
    scopes: [{ scope, meaning: 'Read the ledger', risk: 'Read: looks and changes nothing' }],
    tools: [{ tool: 'read_ledger', scope }],
  };
  const owner = await person();
  const look = (page, options) => owner.visit(page, options);
  let first;

  await step('an owner sends an integration for the sandbox', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    for (const environment of [SANDBOX, PRODUCTION]) {
      await pages.addResource(owner, at, tenant, environment, resource, async () => {});
    }
    const wanted = { name, purpose: 'Reads the ledger.', signIn: 'service', scopes: resource.scopes, tools: [], environment: 'sandbox' };
    await pages.createIntegration(owner, at, tenant, wanted, async () => {});
  });

  await step('a reviewer approves it with others of low risk', async () => {
    first = await reviewer();
    await first.go(`${paths.requests(at)}?environment=sandbox`);
    await first.visit('queue-boxes');
    const box = first.page.getByLabel(`Choose ${name} of`, { exact: false });
    await first.hands.tick(first, box.first(), true);
    await pages.pressed(first, /approve the chosen together/i);
    await first.visit('together');
    assert.match(await pages.text(first), /payload hash/i);
    await first.hands.fill(first, pages.control(first, { name: 'reason', label: /reason/i }), 'It only reads.');
    await pages.pressed(first, /^approve 1 together/i);
    await first.visit('together-done');
    assert.match(await pages.text(first), /1 of 1 approved/i);
  });

  await step('the owner promotes it and sees what is not ready', async () => {
    await owner.go(portal.integrations(at, tenant));
    await pages.follow(owner, name);
    await owner.visit('integration-sandbox');
    await pages.follow(owner, /promote to production/i);
    await owner.visit('promote');
    assert.match(await pages.text(owner), /it never got one/i);
    await pages.pressed(owner, /continue to what changes/i);
    await owner.visit('promote-check');
    assert.match(await pages.text(owner), /a new one, when it is approved/i);
    await pages.pressed(owner, /send for review/i);
    await owner.visit('promote-sent');
  });

  await step('the reviewer reads where it came from', async () => {
    await pages.openRequest(first, at, name, async () => {});
    await first.visit('promotion-review');
    assert.match(await pages.text(first), /promotion from the sandbox/i);
  });

  await step('the inventory shows it and keeps a view', async () => {
    await owner.go(`${at.portal}/t/${tenant.slug}/inventory?environment=sandbox&q=${encodeURIComponent(name)}`);
    await owner.visit('inventory');
    assert.ok((await pages.text(owner)).includes(name));
    await owner.hands.fill(owner, pages.control(owner, { name: 'name', label: /name of the view/i }), `View ${label}`);
    await pages.pressed(owner, /save these filters/i);
    await owner.visit('inventory-view');
    assert.equal(await owner.page.getByRole('link', { name: `View ${label}` }).count(), 1);
    await first.go(`${at.staff}/inventory?q=${encodeURIComponent(name)}`);
    await first.visit('staff-inventory');
  });

  await step('who answers is on its page, and where it is handed over', async () => {
    await owner.go(portal.integrations(at, tenant));
    await pages.follow(owner, name);
    await pages.follow(owner, /hand it over/i);
    await owner.visit('hand-over');
    await owner.go(portal.members(at, tenant));
    await owner.visit('members');
    await pages.follow(owner, /^remove/i);
    await owner.visit('remove-member');
    assert.match(await pages.text(owner), /what will happen/i);
  });
}
