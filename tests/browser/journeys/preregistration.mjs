// An owner describes a resource and an integration and sends it; a reviewer approves less than was
// asked; the owner creates credentials, which are shown once.

import assert from 'node:assert/strict';
import { PRODUCTION } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function preRegistration({ at, tenant, step, person, reviewer, label }) {
  const name = `Northwind CRM ${label}`;
  const resource = {
    name: `Tickets ${label}`,
    identifier: `https://${label}.tickets.example/mcp`,
    scopes: [
      { scope: `tickets-${label}:read`, meaning: 'Read your tickets', risk: 'Read: looks and changes nothing' },
      { scope: `tickets-${label}:delete`, meaning: 'Delete your tickets', risk: 'Delete: removes data for good' },
    ],
    tools: [
      { tool: 'list_tickets', scope: `tickets-${label}:read` },
      { tool: 'delete_ticket', scope: `tickets-${label}:delete` },
    ],
  };
  const owner = await person();
  const look = (page, options) => owner.visit(page, options);
  let staff;

  await step('the owner signs in', () => pages.signInAtPortal(owner, at, tenant, tenant.owner));

  await step('the owner adds a resource with scopes and tools', () =>
    pages.addResource(owner, at, tenant, PRODUCTION, resource, look),
  );

  await step('the owner describes an integration and sends it', () =>
    pages.createIntegration(
      owner,
      at,
      tenant,
      {
        name,
        purpose: 'Shows tickets beside the customer.',
        signIn: 'service',
        scopes: resource.scopes,
        tools: resource.tools,
      },
      look,
    ),
  );

  await step('the reviewer finds it in the queue', async () => {
    staff = await reviewer();
    await pages.openRequest(staff, at, name, (page) => staff.visit(page));
    for (const { scope } of resource.scopes) assert.ok((await pages.text(staff)).includes(scope));
  });

  await step('the reviewer approves reading and no deleting', () =>
    pages.approve(
      staff,
      { scopes: [`tickets-${label}:read`], tools: ['list_tickets'], reason: 'Reading is enough to show them.' },
      (page) => staff.visit(page),
    ),
  );

  await step('the owner takes the offer', () => pages.acceptOffer(owner, at, tenant, name, look));

  await step('the owner creates credentials, shown once', async () => {
    const secret = await pages.createCredentials(owner, at, tenant, name, look);
    assert.ok(secret.length >= 32, 'the secret is long enough');
    await pages.expectAlreadyShown(owner);
    await look('secret-already-shown', { scripts: false });
    assert.ok(!(await owner.page.content()).includes(secret), 'the secret is gone from the page');
    assert.ok(!owner.page.url().includes(secret), 'and not in the address');
  });
}
