// An owner has the server of a resource hear of security events: set up, a mistake mended, a test, a pause, an end.

import assert from 'node:assert/strict';
import { portal, SANDBOX } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

export default async function events({ at, tenant, step, person }) {
  const owner = await person();
  const { page, hands } = owner;
  const press = (name) => hands.press(owner, page.getByRole('button', { name }));

  await step('the owner finds the page from the resource', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const { id } = tenant.sandbox_resource_credential;
    await owner.go(`${portal.resources(at, tenant, SANDBOX)}/${id}`);
    await pages.follow(owner, /security events of this resource/i);
    await owner.visit('events-none');
  });

  await step('an address inside is refused beside its field', async () => {
    const address = { name: 'endpoint', label: /address that takes them/i };
    await hands.fill(owner, pages.control(owner, address), 'https://10.0.0.1/events');
    await press('Save');
    await pages.expectSummary(owner, /enter the https address/i);
    await owner.visit('events-error');
  });

  await step('the server fetches them instead', async () => {
    await hands.choose(owner, page.locator('input[name=method]'), 'poll');
    await press('Save');
    await owner.visit('events-set');
    assert.match(await pages.text(owner), /delivers/i);
  });

  await step('a test waits for the server', async () => {
    await press('Send a test');
    await owner.visit('events-tested');
    const words = await pages.text(owner);
    assert.match(words, /a test is on its way/i);
    assert.match(words, /waiting/i);
  });

  await step('it is paused, and goes on', async () => {
    await press('Pause');
    assert.match(await pages.text(owner), /paused/i);
    await owner.visit('events-paused');
    await press('Deliver again');
    assert.match(await pages.text(owner), /delivers/i);
  });

  await step('it is told nothing any more', async () => {
    await press('Stop telling it');
    const words = await pages.text(owner);
    assert.match(words, /hears of nothing any more/i);
    assert.ok(!/how it stands/i.test(words), words);
  });
}
