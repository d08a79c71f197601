// The public documentation: a reader fills in an issuer and reads; somebody of a tenant comes from the portal's Help with
// their own filled in, and from a check that did not pass to the rule behind it, by the same name.

import assert from 'node:assert/strict';
import { issuerOf, portal, SANDBOX } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

const PAGES = ['curl', 'mcp-typescript', 'python', 'rust', 'concepts', 'errors', 'rules'];

export default async function docs({ at, tenant, step, person, label }) {
  const scope = `docs-${label}:read`;
  const reader = await person();
  const look = (page) => reader.visit(page, { scripts: false });
  const link = (name) => reader.page.getByRole('link', { name });
  const follow = (name) => reader.hands.press(reader, link(name).first());
  let owner;

  await step('the first page is for anybody', async () => {
    await reader.go(`${at.discovery}/docs`);
    await look('index');
    await follow(/with curl/i);
    assert.match(await pages.text(reader), /tenant acme/);
  });

  await step('a tenant that is not there is a problem of the form, and the answers stay', async () => {
    await follow('Fill in your own');
    await reader.page.getByLabel('Tenant').fill('nobody-here');
    await reader.hands.press(reader, reader.page.getByRole('button', { name: 'Fill in' }));
    await pages.expectSummary(reader, /there is no such tenant/i);
    assert.equal(await reader.page.getByLabel('Tenant').inputValue(), 'nobody-here');
    await look('no-such-tenant');
  });

  await step('with a tenant every page has its issuer', async () => {
    await reader.page.getByLabel('Tenant').fill(tenant.slug);
    await reader.hands.press(reader, reader.page.getByRole('button', { name: 'Fill in' }));
    await reader.page.waitForURL(`${at.discovery}/t/${tenant.slug}/sandbox/docs`);
    for (const name of PAGES) {
      await reader.go(`${reader.page.url().replace(/\/docs.*$/, '/docs')}/${name}`);
      assert.ok((await pages.text(reader)).includes(issuerOf(tenant, SANDBOX)), name);
      await look(name);
    }
  });

  await step('a page that nobody wrote leads to the first', async () => {
    await reader.go(`${at.discovery}/docs/nothing`);
    await look('nothing');
    await follow('Documentation');
    await reader.page.waitForURL(`${at.discovery}/docs`);
  });

  await step('the portal helps with the tenant filled in', async () => {
    owner = await person();
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    await owner.hands.press(owner, owner.page.getByRole('link', { name: 'Help' }).first());
    await owner.page.waitForURL(`${at.discovery}/t/${tenant.slug}/sandbox/docs`);
  });

  await step('a check that did not pass leads to its rule, by the same name', async () => {
    const quiet = async () => {};
    const resource = {
      name: `Docs ${label}`,
      identifier: `https://${label}.docs.example/mcp`,
      scopes: [{ scope, meaning: 'Read your notes', risk: 'Read: looks and changes nothing' }],
      tools: [],
    };
    const asked = {
      name: `Docs ${label}`,
      purpose: 'Reads.',
      signIn: 'service',
      environment: SANDBOX,
      scopes: resource.scopes,
      tools: [],
    };
    await pages.addResource(owner, at, tenant, SANDBOX, resource, quiet);
    await pages.createIntegration(owner, at, tenant, asked, quiet);
    const rule = owner.page.getByRole('link', { name: /^R-\d\d$/ }).first();
    const name = (await rule.innerText()).trim();
    await owner.hands.press(owner, rule);
    await owner.page.waitForURL(new RegExp(`/docs/rules#${name}$`));
    await owner.page.locator(`#${name}`).waitFor();
  });

  await step('the API refuses with the address of its entry', async () => {
    const answer = await fetch(`${portal.home(at, tenant).replace('/t/', '/api/v1/t/')}/integrations`);
    const problem = await answer.json();
    await reader.go(problem.type);
    await reader.page.locator('#token').waitFor();
    assert.ok(problem.request_id);
  });
}
