// A colleague looks after their own account: a second factor with recovery codes, a new password, sessions. An owner gives
// them another role.

import assert from 'node:assert/strict';
import * as pages from '../pages.mjs';
import { totp } from '../../peers/totp.mjs';

export default async function ownAccount({ at, tenant, label, step, person }) {
  const owner = await person();
  const colleague = await person();
  const bare = (name) => colleague.visit(name, { scripts: false });
  const account = {
    email: `${label}@northwind.example`,
    name: `Cora ${label}`,
    password: 'velvet meadow trumpet 5',
  };
  const wanted = 'seldom granite whistle 8';
  let factor;

  await step('an owner invites a colleague, who joins', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const url = await pages.invite(owner, at, tenant, account.email);
    await owner.go(pages.membersOf(at, tenant));
    await owner.visit('members-with-invitation');
    await pages.acceptInvitation(colleague, url, account, async () => {});
  });

  await step('the colleague finds their account and sets a second factor up', async () => {
    await pages.openAccount(colleague, at, tenant);
    await colleague.visit('account');
    factor = await pages.turnOnSecondFactor(colleague, account.password, bare);
    assert.equal(factor.codes.length, 10);
    await pages.openAccount(colleague, at, tenant);
    await colleague.visit('account-with-factor');
  });

  await step('elsewhere the password alone does not let them in, a recovery code does', async () => {
    const elsewhere = await person();
    await assert.rejects(pages.signInAtPortal(elsewhere, at, tenant, account), /still asked/);
    await pages.signInWithRecovery(elsewhere, at, tenant, account, factor.codes[0]);
    await pages.openAccount(elsewhere, at, tenant);
    assert.match(await pages.text(elsewhere), /9 recovery codes are left/);
    assert.match(await pages.text(elsewhere), /Chrome on Linux/);
    await elsewhere.visit('two-sessions');
  });

  await step('they choose a password that guessing finds, and read so; then a good one', async () => {
    await pages.openAccount(colleague, at, tenant);
    const change = (password, code) =>
      pages.changePassword(colleague, { password: account.password, code, wanted: password }, bare);
    await change('password12345', factor.codes[1]);
    await pages.expectSummary(colleague, /first that guessing tries/);
    await bare('password-refused');
    await pages.openAccount(colleague, at, tenant);
    await change(wanted, await totp(factor.key));
    assert.match(await pages.text(colleague), /password is changed/i);
    assert.doesNotMatch(await pages.text(colleague), /End all but this one/);
    await colleague.visit('password-changed');
  });

  await step('an owner makes them a developer', async () => {
    await pages.changeRole(owner, at, tenant, account.name, 'developer', (name) => owner.visit(name));
    assert.match(await pages.text(owner), /role is changed/i);
  });
}
