// The product's pages as a person in a browser uses them: every selector of the browser journeys is
// here or, as far as it is a word or a field name, in ../peers/pages.mjs.
// It never takes a picture and never judges; `harness.mjs` and the journeys do.

import assert from 'node:assert/strict';
import { buttons, fields, groups, lines, portal, says, staff, values } from '../peers/pages.mjs';
import { totp } from '../peers/totp.mjs';

const MAX_QUESTIONS = 12;

/** Words that only these journeys need. */
const words = {
  invite: /invite/i,
  acceptInvitation: /accept|set password|continue/i,
  addResource: /add (a )?resource|new resource/i,
  addScope: /add (a )?scope/i,
  addTool: /add (a )?tool/i,
  next: /continue|save|next|add/i,
  send: /send|submit/i,
  createCredentials: /create credentials|create/i,
  showSecret: /show secret/i,
  alreadyShown: /already shown/i,
  credentials: /credentials/i,
  take: /take this/i,
  answerOffer: /answer the offer/i,
  accept: /accept/i,
  setUpFactor: /set up a second factor/i,
  turnOn: /turn it on/i,
  changePassword: /change password/i,
  saveRole: /save the role/i,
};

const extra = {
  inviteEmail: { name: 'email', label: /email/i },
  inviteRole: { name: 'role', label: /role/i },
  invitationLink: { name: 'link', label: /link/i },
  scopeMeaning: { name: 'description', label: /lets a client do/i },
  scopeRisk: { name: 'risk', label: /worst/i },
  toolScope: { name: 'tool_scope', label: /needs/i },
  displayName: { name: 'name', label: /name/i },
  secret: { name: 'secret', label: /secret/i },
  newCode: { name: 'new_code', label: /code of the new entry/i },
  recoveryCodes: { name: 'codes', label: /your recovery codes/i },
  newPassword: { name: 'new', label: /^new password$/i },
  newPasswordAgain: { name: 'again', label: /new password again/i },
};

/** The control of a field description: by its name, else by its label. */
export function control({ page }, { name, label }) {
  const named = page.locator(`[name="${name}"]:not([type=hidden])`);
  return named.or(page.getByLabel(label).and(page.locator(`:not([name="${name}"])`))).first();
}

function button({ page }, name) {
  return page.getByRole('main').getByRole('button', { name }).first();
}

function link({ page }, name) {
  return page.getByRole('main').getByRole('link', { name }).first();
}

function fill(person, field, text) {
  return person.hands.fill(person, control(person, field), text);
}

function press(person, name) {
  return person.hands.press(person, button(person, name));
}

/** Presses a button of the main part by its words. */
export function pressed(person, name) {
  return press(person, name);
}

export function follow(person, name) {
  return person.hands.press(person, link(person, name));
}

/** The words of the page's main part. */
export function text({ page }) {
  return page.locator('main').innerText();
}

// Signing in

/** The summary of errors has the focus and these words, and its first link moves the focus to the field. */
export async function expectSummary(person, words) {
  const summary = person.page.locator('.error-summary');
  assert.match(await summary.innerText(), words);
  assert.ok(await summary.evaluate((one) => one === document.activeElement), 'the focus is not on the summary');
  assert.match(await person.page.title(), /^Error: /);
  const first = summary.getByRole('link').first();
  if ((await first.count()) === 0) return;
  const field = (await first.getAttribute('href')).slice(1);
  await first.press('Enter');
  assert.equal(await person.page.evaluate(() => document.activeElement.id), field, 'the focus is not on the field');
}

/** Signs in wherever a sign-in page is shown; `look` is told before each press. */
export async function signIn(person, account, look = async () => {}) {
  await look('sign-in');
  await fill(person, fields.email, account.email);
  await fill(person, fields.password, account.password);
  if (account.totp_secret) await fill(person, fields.code, await totp(account.totp_secret));
  await press(person, buttons.signIn);
  assert.ok(!(await control(person, fields.password).isVisible()), 'still asked for a password');
}

export async function signInAtPortal(person, at, tenant, account, look) {
  await person.go(portal.signIn(at, tenant));
  await signIn(person, account, look);
}

export async function signInAtDashboard(person, at, account, look) {
  await person.go(staff.signIn(at));
  await signIn(person, account, look);
}

/** Signs in with a recovery code in the place of a one-time code. */
export async function signInWithRecovery(person, at, tenant, account, code) {
  await person.go(portal.signIn(at, tenant));
  const fold = person.page.locator('summary');
  if (!(await control(person, fields.code).isVisible())) await fold.first().click();
  await fill(person, fields.email, account.email);
  await fill(person, fields.password, account.password);
  await fill(person, fields.code, code);
  await press(person, buttons.signIn);
}

// Invitations

export function membersOf(at, tenant) {
  return portal.members(at, tenant);
}

/** An owner invites somebody; returns the link that the page shows. */
export async function invite(person, at, tenant, email) {
  await person.go(portal.members(at, tenant));
  if (!(await control(person, extra.inviteEmail).isVisible())) await follow(person, words.invite);
  await fill(person, extra.inviteEmail, email);
  await press(person, words.invite);
  return control(person, extra.invitationLink).inputValue();
}

export async function acceptInvitation(person, url, { name, password }, look) {
  await person.go(url);
  await look('invitation');
  if (await control(person, extra.displayName).isVisible()) {
    await fill(person, extra.displayName, name);
  }
  for (const field of await person.page.locator('input[type=password]').all()) {
    await person.hands.fill(person, field, password);
  }
  await press(person, words.acceptInvitation);
}

// Mail, as the mailbox of `narthex dev` shows it

export const openMailbox = (person, at) => person.go(at.mail);

/** Opens the newest mail to somebody whose subject matches, as soon as it is there. */
export async function openMail(person, at, email, subject) {
  for (let tries = 0; tries < 80; tries += 1) {
    await openMailbox(person, at);
    const mine = person.page.locator('main li').filter({ hasText: email }).filter({ hasText: subject });
    if (await mine.count()) {
      await person.hands.press(person, mine.first().getByRole('link'));
      return;
    }
    await person.page.waitForTimeout(250);
  }
  throw new Error(`no mail to ${email} about ${subject}`);
}

export const linkOfMail = (person) =>
  person.page.getByRole('link', { name: 'Open the link' }).getAttribute('href');

export async function askForNewPassword(person, at, tenant, email, look) {
  await person.go(portal.signIn(at, tenant));
  await person.hands.press(person, person.page.getByRole('link', { name: /Forgotten your password/ }));
  await look('forgotten');
  await fill(person, fields.email, email);
  await person.hands.press(person, person.page.getByRole('button', { name: 'Send me a link' }));
}

export async function setNewPassword(person, url, password) {
  await person.go(url);
  await person.hands.fill(person, person.page.locator('input[type=password]'), password);
  await person.hands.press(person, person.page.getByRole('button', { name: 'Set the password' }));
}

// The person's own account

/** Opens it by the menu of the person. */
export async function openAccount(person, at, tenant) {
  await person.go(portal.account(at, tenant));
}

/** Sets a second factor up; returns its key and the recovery codes. */
export async function turnOnSecondFactor(person, password, look) {
  await follow(person, words.setUpFactor);
  await look('second-factor');
  const key = (await person.page.locator('#key').innerText()).replace(/\s/g, '');
  await fill(person, extra.newCode, await totp(key));
  await fill(person, fields.password, password);
  await press(person, words.turnOn);
  const codes = await control(person, extra.recoveryCodes).inputValue();
  await look('recovery-codes');
  return { key, codes: codes.trim().split('\n') };
}

/** Fills the form that changes the password. */
export async function changePassword(person, { password, code, wanted }, look) {
  await follow(person, words.changePassword);
  await look('password');
  await fill(person, extra.newPassword, wanted);
  await fill(person, extra.newPasswordAgain, wanted);
  await fill(person, fields.password, password);
  await fill(person, fields.code, code);
  await press(person, words.changePassword);
}

/** An owner gives somebody another role. */
export async function changeRole(person, at, tenant, name, role, look) {
  await person.go(portal.members(at, tenant));
  await follow(person, new RegExp(`change role of ${name}`, 'i'));
  await look('role');
  const group = person.page.locator('[name="role"]');
  await person.hands.choose(person, group, role);
  await press(person, words.saveRole);
}

// Portal: resource, integration, credentials

/** Sets how an environment answers registrations. */
export async function setRegistrationMode(person, at, tenant, environment, mode) {
  await person.go(portal.settings(at, tenant, environment));
  const group = person.page.locator(`[name="${fields.registrationMode.name}"]`);
  if ((await group.first().evaluate((one) => one.tagName)) === 'SELECT') await group.selectOption(mode);
  else await person.hands.choose(person, group, mode);
  await press(person, buttons.save);
  // What opens production up is asked a second time, with a reason.
  if (await control(person, fields.openingReason).isVisible()) {
    await fill(person, fields.openingReason, 'Partners come by themselves.');
    await press(person, buttons.open);
  }
}

/** Sets what happens on one change of an approved client; production is loosened with a reason. */
export async function chooseOnChange(person, at, tenant, environment, [change, meanwhile], look) {
  await person.go(`${portal.settings(at, tenant, environment)}/changes`);
  await look('changes');
  await person.hands.choose(person, person.page.locator(`[name="${change}"]`), meanwhile);
  await press(person, /save choices/i);
  if (await control(person, fields.openingReason).isVisible()) {
    await look('changes-confirmed');
    await fill(person, fields.openingReason, 'We know when they change.');
    await press(person, buttons.open);
  }
}

export async function addResource(person, at, tenant, environment, resource, look) {
  await person.go(portal.newResource(at, tenant, environment));
  await look('resource-new');
  await fill(person, fields.resourceName, resource.name);
  await fill(person, fields.resourceUrl, resource.identifier);
  await press(person, words.next);
  for (const { scope, meaning, risk } of resource.scopes) {
    await fill(person, fields.scopeName, scope);
    await fill(person, extra.scopeMeaning, meaning);
    await person.hands.select(person, control(person, extra.scopeRisk), risk);
    await press(person, words.addScope);
  }
  for (const { tool, scope } of resource.tools) {
    await fill(person, fields.toolName, tool);
    await person.hands.select(person, control(person, extra.toolScope), scope);
    await press(person, words.addTool);
  }
  await look('resource');
}

/** Answers the questions of a new integration, whatever page they are on, and sends it. */
export async function createIntegration(person, at, tenant, integration, look) {
  await person.go(portal.newIntegration(at, tenant));
  const answers = [
    [fields.integrationName, integration.name],
    [fields.integrationPurpose, integration.purpose],
  ];
  const choices = [
    ['operator', 'partner'],
    ['sign_in', integration.signIn],
  ];
  const place = integration.environment ?? 'production';
  const wanted = {
    [`scope.${place}`]: integration.scopes.map(({ scope }) => scope),
    [`tool.${place}`]: integration.tools.map(({ scope, tool }) => `${scope} ${tool}`),
  };
  for (let question = 1; question <= MAX_QUESTIONS; question += 1) {
    for (const [field, value] of answers) {
      if (await control(person, field).isVisible()) await fill(person, field, value);
    }
    for (const [group, value] of choices) {
      const radios = person.page.locator(`input[type=radio][name="${group}"]`);
      if ((await radios.count()) > 0) await person.hands.choose(person, radios, value);
    }
    await answerGroups(person, wanted);
    await look(`integration-${question}`);
    if (await button(person, words.send).isVisible()) {
      await press(person, words.send);
      await look('request-sent');
      return;
    }
    await press(person, words.next);
  }
  throw new Error(`no button like ${words.send} after ${MAX_QUESTIONS} pages`);
}

/** Ticks exactly the given values of each check-box group that the page has. */
async function answerGroups(person, wanted) {
  for (const [kind, chosen] of Object.entries(wanted)) {
    const boxes = person.page.locator(`input[type=checkbox][name="${groups[kind] ?? kind}"]`);
    for (const box of await boxes.all()) {
      await person.hands.tick(person, box, chosen.includes(await box.getAttribute('value')));
    }
    const reasons = person.page.locator(`[name^="why"]:visible`);
    for (const reason of await reasons.all()) {
      await person.hands.fill(person, reason, 'The integration does not work without it.');
    }
  }
}

/** The owner follows the integration to its offer and takes it. */
export async function acceptOffer(person, at, tenant, name, look) {
  await person.go(portal.integrations(at, tenant));
  await follow(person, name);
  await follow(person, words.answerOffer);
  await look('offer');
  await press(person, words.accept);
  await look('offer-taken');
}

/** Creates credentials and returns the secret that is shown once. */
export async function createCredentials(person, at, tenant, name, look) {
  await person.go(portal.integrations(at, tenant));
  await look('integrations');
  await follow(person, name);
  await look('integration');
  if (await link(person, words.credentials).isVisible()) await follow(person, words.credentials);
  await look('credentials');
  await press(person, words.createCredentials);
  if (await button(person, words.showSecret).isVisible()) await press(person, words.showSecret);
  const secret = await control(person, extra.secret).inputValue();
  await look('secret-shown-once', { scripts: false });
  return secret;
}

export async function expectAlreadyShown(person) {
  await person.page.reload();
  assert.match(await text(person), words.alreadyShown);
}

// Dashboard

export async function openRequest(person, at, name, look) {
  await person.go(staff.requests(at));
  await look('requests');
  await follow(person, name);
  if (await button(person, words.take).isVisible()) await press(person, words.take);
  await look('review');
}

export async function linkFromQuarantine(person, at, name, look) {
  await person.go(staff.quarantine(at));
  await look('quarantine');
  assert.match(await text(person), says.quoted(name));
  await follow(person, name);
  await look('family');
  await follow(person, buttons.toIntegration);
  await look('registration');
  const sponsor = person.page.locator(`[name="${fields.sponsor.name}"]`);
  const people = await sponsor.locator('option').allInnerTexts();
  await person.hands.select(person, sponsor, people.find((one) => one.includes(', Owner')).trim());
  await press(person, buttons.link);
  await look('review');
}

/** Approves the open request with exactly these scopes and tools. */
export async function approve(person, { scopes, tools, reason }, look) {
  const given = lines.given({ scopes, tools });
  const fates = person.page.locator('select[name^="scope:"], select[name^="tool:"]');
  for (const fate of await fates.all()) {
    const give = given.has(await fate.getAttribute('name'));
    await person.hands.select(person, fate, give ? lines.words.give : lines.words.withhold);
  }
  const group = person.page.locator(`[name="${fields.decision.name}"]`);
  await person.hands.choose(person, group, values.approve);
  await fill(person, fields.decisionReason, reason);
  await press(person, buttons.decide);
  await look('decided');
}

/** The second of two people confirms what the first has decided. */
export async function confirm(person, reason, look) {
  await fill(person, fields.decisionReason, reason);
  await press(person, /^confirm /i);
  await look('confirmed');
}

export async function suspend(person, at, clientId, reason, look) {
  await person.go(`${staff.clients(at)}?q=${clientId}`);
  await look('clients');
  const row = person.page.getByRole('rowheader').getByRole('link', { name: clientId });
  await person.hands.press(person, row.first());
  await look('client');
  if (!(await control(person, fields.suspendReason).isVisible())) {
    await follow(person, buttons.suspend);
    await look('suspend');
  }
  await fill(person, fields.suspendReason, reason);
  await press(person, buttons.suspend);
  await look('suspended');
}

// Policies

/** To the form of a draft, whether one is written already or not. */
export async function openDraft(person) {
  const open = person.page.getByRole('main').getByRole('link', { name: /^version \d+$/i });
  const write = person.page.getByRole('main').getByRole('link', { name: /write a version/i });
  if (await write.count()) return person.hands.press(person, write.first());
  await person.hands.press(person, open.first());
  return follow(person, /^edit$/i);
}

export async function saveDraft(person, { source, note }) {
  await fill(person, { name: 'source', label: /policy text/i }, source);
  await fill(person, { name: 'note', label: /what it is for/i }, note);
  await press(person, /save draft/i);
}

export const tryPolicy = (person) => press(person, /try it/i);

export async function proposePolicy(person, reason) {
  await fill(person, { name: 'reason', label: /reason/i }, reason);
  await press(person, /^propose it/i);
}

export async function answerPolicy(person, answer, reason) {
  await person.hands.choose(person, person.page.locator('[name="answer"]'), answer);
  await fill(person, { name: 'reason', label: /reason/i }, reason);
  await press(person, /send answer/i);
}

// End user

/** The person enters the code that a device shows. */
export async function enterCode(person, code) {
  if (!(await control(person, fields.userCode).isVisible())) {
    const { origin, pathname } = new URL(person.page.url());
    await person.go(`${origin}${pathname.replace(/\/device.*$/, '/device')}`);
  }
  await fill(person, fields.userCode, code);
  await press(person, buttons.findDevice);
}

/** The person answers for a device; nothing leads away from there. */
export async function answerDevice(person, answer) {
  await press(person, buttons[answer]);
}

/** The identifier of a client, as the inventory has it by name. */
export async function clientOf(person, at, name) {
  await person.go(`${staff.clients(at)}?q=${encodeURIComponent(name)}`);
  const [id] = /n[ps]_[a-z2-7]{26}/.exec(await person.page.content()) ?? [];
  assert.ok(id, `no client called ${name}`);
  return id;
}

export async function askForAccess(person, reason) {
  await fill(person, fields.askReason, reason);
  await press(person, buttons.ask);
}

/** Waits while the app is checked, until the page says that nobody has decided; it asks again by itself. */
export async function waitUntilUndecided({ page }) {
  await page.getByText(says.notDecided).first().waitFor({ timeout: 15_000 });
}

/** Waits on the waiting page, which asks again by itself, until consent is asked for. */
export async function waitForConsent(person, limitMs = 15_000) {
  await button(person, buttons.allow).waitFor({ timeout: limitMs });
}

/** What an unverified consent page owes the person, measured in the page. */
export async function consentFindings({ page }) {
  const deny = page.getByRole('button', { name: buttons.doNotAllow });
  const allow = page.getByRole('button', { name: buttons.allow });
  const [first, second] = [await deny.boundingBox(), await allow.boundingBox()];
  const findings = [];
  if (first.y > second.y || (first.y === second.y && first.x > second.x)) findings.push('Allow comes first');
  if (Math.abs(first.height - second.height) > 1) findings.push('the buttons differ in height');
  if (Math.min(first.height, second.height) < 44) findings.push('a button is lower than 44 px');
  await page.setViewportSize({ width: 390, height: 844 });
  const low = await page.evaluate(() =>
    [...document.querySelectorAll('main :is(button, summary, .button, .choice), footer a')]
      .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)
      .map((one) => `"${one.textContent.trim()}" is ${one.getBoundingClientRect().height} px high`),
  );
  findings.push(...low);
  await page.setViewportSize({ width: 1440, height: 900 });
  if (!says.thisComputer.test(await page.locator('main').innerText())) {
    findings.push('the redirect address is not worded for people');
  }
  return findings;
}

/** Both answers end at the client's own address. */
export async function allow(person, redirectUri) {
  await press(person, buttons.allow);
  await person.page.waitForURL((url) => url.href.startsWith(redirectUri));
}

export async function doNotAllow(person, redirectUri) {
  await press(person, buttons.doNotAllow);
  await person.page.waitForURL((url) => url.href.startsWith(redirectUri));
}
