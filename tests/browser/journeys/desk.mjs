// The dashboard's keys, and counts that follow: with the keyboard alone, from the queue to a case and back. No key
// works in a field, none works when they are off, and none decides anything.

import assert from 'node:assert/strict';
import { PRODUCTION, staff as paths } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function desk({ at, tenant, step, person, approver, label }) {
  const scope = `shelf-${label}:read`;
  const resource = {
    name: `Shelf ${label}`,
    identifier: `https://${label}.shelf.example/mcp`,
    scopes: [{ scope, meaning: 'Read your shelf', risk: 'Read: looks and changes nothing' }],
    tools: [],
  };
  const owner = await person();
  let staff;
  const key = (name) => staff.page.keyboard.press(name);
  const focused = () => staff.page.evaluate(() => document.activeElement.href);
  const send = (name) => {
    const wanted = { name, purpose: 'Reads the shelf.', signIn: 'service', scopes: resource.scopes, tools: [] };
    return pages.createIntegration(owner, at, tenant, wanted, async () => {});
  };

  await step('two cases wait', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    await pages.addResource(owner, at, tenant, PRODUCTION, resource, async () => {});
    await send(`Shelf one ${label}`);
    await send(`Shelf two ${label}`);
  });

  await step('keys are listed under ?, and Escape closes the list', async () => {
    staff = await approver();
    await staff.go(paths.quarantine(at));
    await key('?');
    assert.ok(await staff.page.getByRole('dialog', { name: /keys and live counts/i }).isVisible());
    await staff.visit('keys');
    await key('Escape');
    assert.equal(await staff.page.getByRole('dialog').count(), 0);
  });

  await step('g r leads to the requests, j and k through the rows, Enter opens', async () => {
    await key('g');
    await key('r');
    await staff.page.waitForURL(`${paths.requests(at)}*`);
    await key('j');
    const first = await focused();
    await key('j');
    const second = await focused();
    assert.notEqual(first, second);
    await key('k');
    assert.equal(await focused(), first);
    await key('Enter');
    await staff.page.waitForURL(/\/requests\/.+\/req_/);
  });

  await step('e takes the case that is open, and decides nothing', async () => {
    await key('e');
    await staff.page.waitForURL(/done=taken/);
    assert.match(await pages.text(staff), /you have taken it|taken by you|hand (it )?back/i);
    for (const name of ['e', 'a', 'x', 'j']) await key(name);
    assert.match(await pages.text(staff), /in review/i);
  });

  await step('in a field a key is a letter', async () => {
    await key('/');
    await staff.page.keyboard.type('gr/?jxe');
    const typed = await staff.page.evaluate(() => document.activeElement.value);
    assert.equal(typed, 'gr/?jxe');
    assert.equal(await staff.page.getByRole('dialog').count(), 0);
  });

  await step('counts follow while nobody reloads, and say that there is something new', async () => {
    await staff.go(paths.requests(at));
    const before = await staff.page.locator('main tbody tr').count();
    await send(`Shelf three ${label}`);
    const news = staff.page.locator('#live-new');
    await news.waitFor({ state: 'visible', timeout: 10_000 });
    assert.match(await news.innerText(), /1 new\. Show them/);
    assert.equal(await staff.page.locator('main tbody tr').count(), before);
    await staff.visit('news');
    await staff.hands.press(staff, news.getByRole('link', { name: /show them/i }));
    assert.ok((await pages.text(staff)).includes(`Shelf three ${label}`));
  });

  await step('keys are switched off, and stay off', async () => {
    await key('?');
    await staff.page.getByLabel('Keys are on').press('Space');
    await key('Escape');
    await key('?');
    assert.equal(await staff.page.getByRole('dialog').count(), 0);
    await staff.go(paths.quarantine(at));
    await key('g');
    await key('r');
    await key('j');
    assert.ok(staff.page.url().startsWith(paths.quarantine(at)));
  });
}
