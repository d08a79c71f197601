// An owner adds an identity provider and tests it; a colleague signs in there, connects their account once with its password,
// and from then on comes in without. The provider is oidc-provider, under https.

import assert from 'node:assert/strict';
import * as pages from '../pages.mjs';
import { CLIENT } from '../../peers/login-host.mjs';

export default async function singleSignOn({ at, tenant, login, label, step, person }) {
  const owner = await person();
  const colleague = await person();
  const name = label.replaceAll('-', '');
  const account = { email: `${label}@northwind.example`, name: `Nina ${label}`, password: 'velvet meadow trumpet 5' };
  const home = pages.membersOf(at, tenant).replace(/\/members$/, '');
  const list = `${home}/identity-providers`;
  const press = (one, words) => one.hands.press(one, one.page.getByRole('button', { name: words }));
  const fill = (one, label, text) => one.hands.fill(one, one.page.getByLabel(label), text);
  const bare = (one, page) => one.visit(page, { scripts: false });

  await step('an owner adds a provider and tests its connection', async () => {
    await pages.signInAtPortal(owner, at, tenant, tenant.owner);
    const url = await pages.invite(owner, at, tenant, account.email);
    await pages.acceptInvitation(colleague, url, account, async () => {});
    await owner.go(list);
    await owner.visit('none-yet');
    await owner.go(`${list}/new`);
    await bare(owner, 'new-provider');
    await press(owner, 'Add provider');
    await pages.expectSummary(owner, /Enter the issuer/);
    await fill(owner, /^Name/, 'Login');
    await fill(owner, /^Issuer/, login.issuer);
    await fill(owner, /^Client ID/, CLIENT.id);
    await fill(owner, /^Client secret/, CLIENT.secret);
    await fill(owner, /^Your password of now/, tenant.owner.password);
    await press(owner, 'Add provider');
    const redirect = await owner.page.locator('code', { hasText: '/sign-in/with/' }).textContent();
    await login.allow(redirect);
    await press(owner, /^Test connection/);
    assert.match(await pages.text(owner), /Reached: its discovery document/);
    await owner.visit('reached');
    await owner.go(`${list}/rule`);
    await bare(owner, 'rule');
  });

  const atLogin = async (one) => {
    await one.page.getByLabel('Name').fill(name);
    await press(one, 'Sign in');
    await one.page.waitForURL((url) => url.origin === new URL(at.portal).origin);
  };
  const there = async (one) => {
    await one.hands.press(one, one.page.getByRole('link', { name: 'Continue with Login' }));
    await atLogin(one);
  };

  await step('a colleague signs in there and connects their account once', async () => {
    const elsewhere = await person();
    await elsewhere.go(`${home}/sign-in`);
    await bare(elsewhere, 'sign-in');
    await there(elsewhere);
    assert.match(await pages.text(elsewhere), /Connect your account/);
    await bare(elsewhere, 'connect');
    await fill(elsewhere, /^Email/, account.email);
    await fill(elsewhere, /^Password of your account/, account.password);
    await press(elsewhere, 'Connect my account');
    await pages.openAccount(elsewhere, at, tenant);
    assert.match(await pages.text(elsewhere), /login\.example/);
    await elsewhere.visit('connected');
  });

  await step('from then on they come in without, and prove it there anew to change a password', async () => {
    const again = await person();
    await again.go(`${home}/sign-in`);
    await there(again);
    await pages.openAccount(again, at, tenant);
    await again.hands.press(again, again.page.getByRole('link', { name: 'Change password' }));
    await atLogin(again);
    assert.match(await pages.text(again), /Change password/);
    assert.doesNotMatch(await pages.text(again), /Your password of now/);
    await bare(again, 'confirmed');
  });

  await step('the owner removes the provider', async () => {
    await owner.go(list);
    await owner.hands.press(owner, owner.page.getByRole('link', { name: /^Remove/ }));
    await bare(owner, 'remove');
    await fill(owner, /^Your password of now/, tenant.owner.password);
    await press(owner, 'Remove provider');
    assert.match(await pages.text(owner), /provider is removed/);
  });
}
