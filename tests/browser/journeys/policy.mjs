// A policy on top of the baseline: written with a mistake, mended, tried on what happened, proposed by one and published
// by another, and then named by the case that it decides. Then a tenant's own, which staff confirm since nobody else of
// the tenant can.

import assert from 'node:assert/strict';
import { PRODUCTION } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

/** A policy in Cedar. */
const text = (id, condition) =>
  [`@id("${id}")`, '@reason("This scope is not given out")', '@outcome("deny")', '@fix("Ask for another scope.")',
    'forbid (principal, action, resource)', `when { ${condition} };`, ''].join('\n');

export default async function policy({ at, tenant, step, person, approver, policyAdmin, label }) {
  const scope = `vault-${label}:read`;
  const id = `P-${label}`;
  const condition = `context.new_scopes.contains("${scope}")`;
  const neighbour = at.tenants[1];
  let writer;
  let second;
  let owner;
  const look = (page, options) => writer.visit(page, options);

  await step('a policy admin writes a policy with a mistake, and reads where it is', async () => {
    writer = await policyAdmin();
    await writer.go(`${at.staff}/policies`);
    await writer.visit('policies');
    await pages.openDraft(writer);
    await writer.visit('policy-new');
    await pages.saveDraft(writer, { source: text(id, 'context.famous'), note: 'Nobody gets into the vault.' });
    await pages.expectSummary(writer, /the text has a problem/i);
    await writer.visit('policy-error');
    const page = await pages.text(writer);
    assert.match(page, /line 6, column 8/i);
    assert.match(page, /nothing is saved/i);
  });

  await step('they mend it and try it on what happened', async () => {
    await pages.saveDraft(writer, { source: text(id, condition), note: 'Nobody gets into the vault.' });
    await writer.visit('policy-draft');
    assert.equal(await writer.page.getByRole('button', { name: /propose it/i }).count(), 0, 'nobody has tried it');
    await pages.tryPolicy(writer);
    await writer.visit('policy-tried');
    assert.match(await pages.text(writer), /past requests since/i);
  });

  await step('they propose it, and cannot publish it themselves', async () => {
    await pages.proposePolicy(writer, 'The vault has its own door.');
    await writer.visit('policy-proposed');
    await pages.follow(writer, /answer the proposal/i);
    await writer.visit('policy-own', { scripts: false });
    assert.match(await pages.text(writer), /who proposes does not confirm/i);
    assert.equal(await writer.page.locator('input[value="confirm"]').count(), 0);
  });

  await step('a second person reads the same text and what it changes, and publishes it', async () => {
    second = await approver();
    const { pathname } = new URL(writer.page.url());
    await second.go(`${at.staff}${pathname}`);
    await second.visit('policy-answer', { scripts: false });
    const page = await pages.text(second);
    assert.ok(page.includes(condition) && /past requests since/i.test(page), page);
    await pages.answerPolicy(second, 'confirm', 'I have read it.');
    await second.visit('policy-published');
    assert.match(await second.page.locator('body').innerText(), /in force/i);
  });

  await step('a new case is decided by it, and says so', async () => {
    owner = await person();
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const resource = {
      name: `Vault ${label}`,
      identifier: `https://${label}.vault.example/mcp`,
      scopes: [{ scope, meaning: 'Look into the vault', risk: 'Read: looks and changes nothing' }],
      tools: [],
    };
    const quiet = async () => {};
    await pages.addResource(owner, at, tenant, PRODUCTION, resource, quiet);
    const wanted = { name: `Burglar ${label}`, purpose: 'Looks.', signIn: 'service', scopes: resource.scopes, tools: [] };
    await pages.createIntegration(owner, at, tenant, wanted, quiet);
    await owner.visit('policy-why');
    const page = await pages.text(owner);
    assert.ok(page.includes(id), page);
    assert.match(page, /platform policy version \d+/i);
    assert.match(page, /ask for another scope/i);
  });

  await step('an owner writes a policy of their own, and staff confirm it where nobody else can', async () => {
    owner = await person();
    await pages.signInAtPortal(owner, at, neighbour, neighbour.owner);
    await owner.go(`${at.portal}/t/${neighbour.slug}/policies`);
    await owner.visit('own-policies');
    await pages.openDraft(owner);
    await pages.saveDraft(owner, { source: text(`T-${label}`, condition), note: 'Not in our house.' });
    await pages.tryPolicy(owner);
    await pages.proposePolicy(owner, 'We keep the vault shut.');
    await owner.visit('own-policy-proposed');
    await pages.follow(owner, /answer the proposal/i);
    await owner.visit('own-policy-answer', { scripts: false });
    assert.match(await pages.text(owner), /the platform's staff see it and answer/i);
    await second.go(`${at.staff}/policies`);
    await second.visit('policies-of-tenants');
    await pages.follow(second, neighbour.name);
    await second.visit('own-policy-second', { scripts: false });
    await pages.answerPolicy(second, 'confirm', 'They mean it.');
    await owner.go(`${at.portal}/t/${neighbour.slug}/policies`);
    await owner.visit('own-policy-in-force');
    assert.match(await pages.text(owner), /in force/i);
  });
}
