// Mail by way of the mailbox that `narthex dev` shows: a colleague joins by the link of a mail, forgets their password, sets
// another by the link of another mail, and reads that it was changed.

import assert from 'node:assert/strict';
import * as pages from '../pages.mjs';

export default async function messages({ at, tenant, label, step, person }) {
  const owner = await person();
  const colleague = await person();
  const bare = (name) => colleague.visit(name, { scripts: false });
  const account = {
    email: `${label}@northwind.example`,
    name: `Mona ${label}`,
    password: 'velvet meadow trumpet 5',
  };
  const wanted = 'seldom granite whistle 8';

  await step('an owner invites a colleague, who finds the link in their mailbox', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const url = await pages.invite(owner, at, tenant, account.email);
    assert.match(await pages.text(owner), /A mail with this link is on its way/);
    await pages.openMail(colleague, at, account.email, /invites you/);
    await bare('mail-invitation');
    assert.equal(await pages.linkOfMail(colleague), url);
    await pages.acceptInvitation(colleague, url, account, async () => {});
    await pages.openMailbox(colleague, at);
    await bare('mailbox');
  });

  await step('they forget their password and ask for a link', async () => {
    const elsewhere = await person();
    await pages.askForNewPassword(elsewhere, at, tenant, 'ana', (name) => elsewhere.visit(name, { scripts: false }));
    assert.match(await pages.text(elsewhere), /Enter the email address/);
    await elsewhere.visit('forgotten-refused', { scripts: false });
    await pages.askForNewPassword(elsewhere, at, tenant, account.email, async () => {});
    assert.match(await pages.text(elsewhere), /If there is an account/);
    await elsewhere.visit('forgotten-asked', { scripts: false });
  });

  await step('the link of the mail sets another, once', async () => {
    await pages.openMail(colleague, at, account.email, /Set a new password/);
    const url = await pages.linkOfMail(colleague);
    await pages.setNewPassword(colleague, url, 'password12345');
    assert.match(await pages.text(colleague), /first that guessing tries/);
    await bare('reset-refused');
    await pages.setNewPassword(colleague, url, wanted);
    assert.match(await pages.text(colleague), /new password is set/);
    await bare('reset-done');
    await colleague.go(url);
    assert.match(await pages.text(colleague), /has been used or has ended/);
    await bare('reset-over');
  });

  await step('they are told by mail, and sign in with the new one', async () => {
    await pages.openMail(colleague, at, account.email, /password was changed/);
    await bare('mail-changed');
    await pages.signInAtPortal(colleague, at, tenant, { ...account, password: wanted });
  });
}
