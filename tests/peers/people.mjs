// What people do at the product's pages, through the plain browser of `visitor.mjs`: an owner, a
// reviewer, an end user. Each verb takes the page it starts from and gives the page it ends on.
// It never calls an endpoint that a person could not reach by links and forms.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { buttons, fields, lines, portal, says, staff, values } from './pages.mjs';
import { totp } from './totp.mjs';
import { Visitor } from './visitor.mjs';

/** Signs in on any sign-in page: address, password, and the code where the person has one. */
export async function signIn(page, person) {
  let next = await tryToSignIn(page, person);
  if (person.totp_secret && next.has({ field: fields.password })) {
    // A code counts once, and another journey may have used this one: `totp` waits for the next.
    next = await tryToSignIn(next, person);
  }
  assert.ok(next.status < 500, `sign-in of ${person.email} ended with ${next.status}: ${next.text}`);
  assert.ok(!next.has({ field: fields.password }), `still asked for a password: ${next.text}`);
  return next;
}

async function tryToSignIn(page, person) {
  const form = page
    .form({ field: fields.password })
    .fill(fields.email, person.email)
    .fill(fields.password, person.password);
  if (person.totp_secret) form.fill(fields.code, await totp(person.totp_secret));
  return form.press(buttons.signIn);
}

/** A tenant's person in the portal; returns their browser. */
export async function atPortal(at, tenant, person) {
  const visitor = new Visitor();
  await signIn(await visitor.open(portal.signIn(at, tenant)), person);
  return visitor;
}

/** A member of staff on the dashboard; returns their browser. */
export async function atDashboard(at, role = /reviewer/) {
  const account = at.staff_accounts.find((one) => role.test(one.role));
  assert.ok(account, `endpoints.json has no staff account with a role like ${role}`);
  const visitor = new Visitor();
  await signIn(await visitor.open(staff.signIn(at)), account);
  return visitor;
}

/** The owner sets how an environment answers a registration. */
export async function setRegistrationMode(owner, at, tenant, environment, mode) {
  const page = await owner.open(portal.settings(at, tenant, environment));
  const form = page.form({ field: fields.registrationMode });
  let next = await form.fill(fields.registrationMode, mode).press(buttons.save);
  // What opens production up is asked a second time, with a reason.
  if (next.has({ field: fields.openingReason })) {
    const why = next.form({ field: fields.openingReason });
    next = await why.fill(fields.openingReason, 'Partners come by themselves.').press(buttons.open);
  }
  assert.ok(next.status < 400, `saving the settings ended with ${next.status}: ${next.text}`);
}

/** The end user asks that an undecided client be let in; ends on the waiting page. */
export async function askForAccess(page, reason) {
  const form = page.form({ field: fields.askReason });
  return form.fill(fields.askReason, reason).press(buttons.ask);
}

/** The reviewer links what waits in quarantine to a new integration, as the page proposes; ends on the review page. */
export async function linkFromQuarantine(reviewer, at, clientName) {
  let page = await reviewer.open(staff.quarantine(at));
  assert.match(page.text, says.quoted(clientName), 'the quarantine shows the name in quotes');
  page = await page.follow(says.quoted(clientName));
  page = await page.follow(buttons.toIntegration);
  // Who only signs in to apps does not answer for one: the reviewer chooses who does.
  return page.form({ field: fields.integration }).choose(fields.sponsor, /, Owner/).press(buttons.link);
}

/** A person opens the link of an app that waits, enters its code and vouches for it; ends on the request's page. */
export async function vouch(person, link, name) {
  const page = await person.open(link);
  const claims = await page.form({ field: fields.code }).press(buttons.continue);
  assert.match(claims.text, says.newClient);
  assert.match(claims.text, says.quoted(name));
  const form = claims.form({ button: buttons.vouch }).fill(fields.operator, values.partner);
  const next = await form.press(buttons.vouch);
  assert.ok(next.status < 400, `vouching ended with ${next.status}: ${next.text}`);
  return next;
}

/** An owner describes an integration for production and sends it. */
export async function createIntegration(owner, at, tenant, { name, signIn: how, scopes, redirects = [] }) {
  const page = await owner.open(portal.newIntegration(at, tenant));
  const form = page
    .form({ field: fields.integrationName })
    .fill(fields.integrationName, name)
    .fill(fields.integrationPurpose, 'Shows what a person has written.')
    .fill(fields.operator, values.partner)
    .fill({ name: 'sign_in' }, how)
    .fill(fields.redirectAddresses, redirects.join('\n'))
    .tick('scope.production', scopes);
  const check = await form.press(buttons.check);
  const sent = await check.form({ button: buttons.sendForReview }).press(buttons.sendForReview);
  assert.ok(sent.status < 400, `sending ended with ${sent.status}: ${sent.text}`);
  return sent;
}

/** An owner creates the first credentials of a client; the secret that is shown once. */
export async function createCredentials(owner, at, tenant, name) {
  const list = await owner.open(portal.integrations(at, tenant));
  const page = await list.follow(new RegExp(name));
  let next = await page.form({ button: buttons.createCredentials }).press(buttons.createCredentials);
  if (next.has({ button: buttons.showSecret })) {
    next = await next.form({ button: buttons.showSecret }).press(buttons.showSecret);
  }
  const [, secret] = /OAUTH_CLIENT_SECRET=(\S+)/.exec(next.text) ?? [];
  assert.ok(secret, `no secret of ${name}: ${next.text}`);
  return secret;
}

/** The identifier of a client, as the inventory has it by name. */
export async function clientOf(reviewer, at, name) {
  const list = await reviewer.open(`${staff.clients(at)}?q=${encodeURIComponent(name)}`);
  const [id] = /n[ps]_[a-z2-7]{26}/.exec(list.root.outerHTML) ?? [];
  assert.ok(id, `no client called ${name}: ${list.text}`);
  return id;
}

/** The reviewer opens the case of an integration from the queue. */
export async function openReview(reviewer, at, name) {
  const queue = await reviewer.open(staff.requests(at));
  return queue.follow(new RegExp(name));
}

/** The reviewer approves with exactly these scopes and tools. */
export async function approve(page, { scopes, tools, reason }) {
  const form = page.form({ field: fields.decision });
  const given = lines.given({ scopes, tools });
  for (const { name } of form.controls(lines.each)) form.fill({ name }, given.has(name) ? lines.give : lines.withhold);
  const next = await form
    .fill(fields.decision, values.approve)
    .fill(fields.decisionReason, reason)
    .press(buttons.decide);
  assert.ok(next.status < 400, `the decision ended with ${next.status}: ${next.text}`);
  return next;
}

/** The reviewer suspends a client; resolves when the page says so, with that moment (ms). */
export async function suspend(reviewer, at, clientId, reason) {
  let page = await reviewer.open(`${staff.clients(at)}?q=${clientId}`);
  page = await page.follow(new RegExp(`^/clients/.*${clientId}$`));
  if (!page.has({ field: fields.suspendReason })) page = await page.follow(buttons.suspend);
  const form = page.form({ field: fields.suspendReason, button: buttons.suspend });
  const next = await form.fill(fields.suspendReason, reason).press(buttons.suspend);
  assert.ok(next.status < 400, `suspending ended with ${next.status}: ${next.text}`);
  return Date.now();
}

/** Reloads a waiting page until `ready(page)`; fails after the time limit. */
export async function reloadUntil(page, ready, limitMs = 5000) {
  const end = Date.now() + limitMs;
  let seen = page;
  while (!ready(seen)) {
    assert.ok(Date.now() < end, `after ${limitMs} ms ${seen.url} still says: ${seen.text}`);
    await sleep(200);
    seen = await seen.reload();
  }
  return seen;
}

/** Whether this is the consent page. */
export function asksForConsent(page) {
  return page.has({ button: buttons.allow }) && page.has({ button: buttons.doNotAllow });
}

/** The end user lets the client act for them. */
export function allow(page) {
  return page.form({ button: buttons.allow }).press(buttons.allow);
}
