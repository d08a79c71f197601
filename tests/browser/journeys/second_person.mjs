// What deletes goes to production by two people: a reviewer approves, and cannot confirm that; a second
// approver reads exactly what was decided and confirms it, on a page without script.

import assert from 'node:assert/strict';
import { PRODUCTION, staff as paths } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function secondPerson({ at, tenant, step, person, reviewer, approver, label }) {
  const name = `Clean-up ${label}`;
  const scope = `archive-${label}:delete`;
  const resource = {
    name: `Archive ${label}`,
    identifier: `https://${label}.archive.example/mcp`,
    scopes: [{ scope, meaning: 'Delete old tickets', risk: 'Delete: removes data for good' }],
    tools: [{ tool: 'drop_tickets', scope }],
  };
  const owner = await person();
  const look = (page, options) => owner.visit(page, options);
  let first;
  let second;

  await step('an owner sends an integration that deletes', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    await pages.addResource(owner, at, tenant, PRODUCTION, resource, look);
    const wanted = { name, purpose: 'Deletes what is old.', signIn: 'service', scopes: resource.scopes, tools: resource.tools };
    await pages.createIntegration(owner, at, tenant, wanted, look);
  });

  await step('the reviewer approves it, and nothing is given yet', async () => {
    first = await reviewer();
    await pages.openRequest(first, at, name, (page) => first.visit(page));
    const all = { scopes: [scope], tools: ['drop_tickets'], reason: 'They delete what is older than ten years.' };
    await pages.approve(first, all, (page) => first.visit(`second-${page}`));
    assert.match(await first.page.locator('body').innerText(), /another person confirms it/i);
  });

  await step('who decided reads who may confirm, and has no button', async () => {
    await pages.follow(first, /go to the second approval/i);
    await first.visit('second-own', { scripts: false });
    assert.match(await pages.text(first), /you decided this first/i);
    assert.equal(await first.page.getByRole('button', { name: /^confirm/i }).count(), 0);
  });

  await step('a second approver confirms exactly that', async () => {
    second = await approver();
    await second.go(`${paths.requests(at)}?state=second`);
    await second.visit('second-queue');
    await pages.follow(second, name);
    await pages.follow(second, /go to the second approval/i);
    await second.visit('second-approval', { scripts: false });
    assert.ok((await pages.text(second)).includes(scope));
    await pages.confirm(second, 'I have looked at it too.', (page) => second.visit(page));
    assert.match(await second.page.locator('body').innerText(), /the client has what both of you decided/i);
  });
}
