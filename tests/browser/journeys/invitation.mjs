// An owner signs in and invites a colleague, who sets a password and signs in with it.

import assert from 'node:assert/strict';
import * as pages from '../pages.mjs';

export default async function invitation({ at, tenant, step, person }) {
  const owner = await person();
  const colleague = await person();
  const account = {
    email: 'ana.ruiz@northwind.example',
    name: 'Ana Ruiz',
    password: 'correct horse battery staple 7',
  };
  let url;

  await step('the owner signs in', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner, (name) =>
      owner.visit(name, { scripts: false }),
    );
    await owner.visit('home');
  });

  await step('the owner invites a colleague', async () => {
    url = await pages.invite(owner, at, tenant, account.email);
    await owner.visit('members');
    assert.match(url, new RegExp(`/t/${tenant.slug}/invitation/`));
  });

  await step('the colleague sets a password', async () => {
    await pages.acceptInvitation(colleague, url, account, (name) => colleague.visit(name));
  });

  await step('the colleague signs in', async () => {
    const again = await person();
    await pages.signInAtPortal(again, at, tenant, account);
    await again.visit('home-of-colleague');
  });

  await step('the invitation is spent', async () => {
    const stranger = await person();
    const answer = await stranger.go(url);
    assert.ok([404, 410].includes(answer.status()), `answered ${answer.status()}`);
    await stranger.visit('invitation-spent');
  });
}
