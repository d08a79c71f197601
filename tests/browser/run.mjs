// Runs every journey in Chromium against a fresh `narthex dev`, some of them twice more: without
// JavaScript, and with the keyboard alone. Two houses, each with a `narthex dev` and a Chromium of its
// own, share the journeys. Prints one plain line at the end: `N passed, N failed`.
// Pictures are in artifacts/. It never leaves a process behind.

import { stripVTControlCharacters } from 'node:util';
import { startNarthex } from '../peers/dev.mjs';
import { keyboard } from './hands.mjs';
import { Stage, Tally } from './harness.mjs';
import appearance from './journeys/appearance.mjs';
import changes from './journeys/changes.mjs';
import account from './journeys/account.mjs';
import desk from './journeys/desk.mjs';
import device from './journeys/device.mjs';
import docs from './journeys/docs.mjs';
import events from './journeys/events.mjs';
import invitation from './journeys/invitation.mjs';
import messages from './journeys/messages.mjs';
import policy from './journeys/policy.mjs';
import preRegistration from './journeys/preregistration.mjs';
import promotion from './journeys/promotion.mjs';
import quarantine from './journeys/quarantine.mjs';
import secondPerson from './journeys/second_person.mjs';
import registrationRules from './journeys/registration_rules.mjs';
import singleSignOn from './journeys/single_sign_on.mjs';
import stranger from './journeys/stranger.mjs';
import warned from './journeys/warned.mjs';
import * as look from './look.mjs';
import * as pages from './pages.mjs';

const RUNS = [
  { label: 'invitation', journey: invitation },
  { label: 'account', journey: account },
  { label: 'messages', journey: messages },
  { label: 'messages-no-script', journey: messages, javaScript: false },
  { label: 'messages-keyboard', journey: messages, hands: keyboard },
  { label: 'account-keyboard', journey: account, hands: keyboard },
  { label: 'preregistration', journey: preRegistration },
  { label: 'second-person', journey: secondPerson },
  { label: 'promotion', journey: promotion },
  { label: 'promotion-no-script', journey: promotion, javaScript: false },
  { label: 'promotion-keyboard', journey: promotion, hands: keyboard },
  { label: 'single-sign-on', journey: singleSignOn },
  { label: 'single-sign-on-no-script', journey: singleSignOn, javaScript: false },
  { label: 'stranger', journey: stranger },
  { label: 'device', journey: device },
  { label: 'device-keyboard', journey: device, hands: keyboard },
  { label: 'registration-rules', journey: registrationRules },
  { label: 'events', journey: events },
  { label: 'events-no-script', journey: events, javaScript: false },
  { label: 'events-keyboard', journey: events, hands: keyboard },
  { label: 'quarantine', journey: quarantine },
  { label: 'policy', journey: policy },
  { label: 'warned', journey: warned },
  { label: 'changes', journey: changes },
  { label: 'desk', journey: desk, hands: keyboard },
  { label: 'appearance', journey: appearance },
  { label: 'appearance-no-script', journey: appearance, javaScript: false },
  { label: 'docs', journey: docs },
  { label: 'docs-no-script', journey: docs, javaScript: false },
  { label: 'docs-keyboard', journey: docs, hands: keyboard },
  { label: 'preregistration-no-script', journey: preRegistration, javaScript: false },
  { label: 'second-person-no-script', journey: secondPerson, javaScript: false },
  { label: 'stranger-no-script', journey: stranger, javaScript: false },
  { label: 'policy-no-script', journey: policy, javaScript: false },
  { label: 'preregistration-keyboard', journey: preRegistration, hands: keyboard },
  { label: 'policy-keyboard', journey: policy, hands: keyboard },
];

/** How many houses there are, unless NARTHEX_HOUSES says otherwise. */
const HOUSES = 2;

const tally = new Tally();
tally.check('style sheet and script', look.assets(new URL('../../web/static/', import.meta.url)));
const chosen = process.argv[2];
const waiting = RUNS.filter(({ label }) => !chosen || label === chosen);
const houses = [];
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopAll().then(exit));

const count = Math.min(Number(process.env.NARTHEX_HOUSES ?? HOUSES), waiting.length);
while (houses.length < count) houses.push(await open());
await Promise.all(houses.map(takeTurns));

await stopAll();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
exit();

/** A product with nobody in it yet, and a browser in front of it. */
async function open() {
  const narthex = await startNarthex();
  const { at, documentUrl, login } = narthex;
  const hosts = login && `MAP ${new URL(login.issuer).host} ${login.address}`;
  const stage = await Stage.open(tally, [at.discovery, at.token, at.portal, at.staff, at.mail], hosts);
  return { narthex, at, documentUrl, login, stage, staffSessions: new Map() };
}

/** One journey after another, while there are any. */
async function takeTurns(house) {
  while (waiting.length > 0) await walk(house, waiting.shift());
}

/** One journey: its steps build on one another, so after a failure the rest is not reached. */
async function walk({ at, documentUrl, login, stage, staffSessions }, { label, journey, javaScript = true, hands }) {
  const closing = [];
  const people = [];
  let broken;

  const person = async (options = {}) => {
    const one = await stage.person(label, { javaScript, hands, ...options });
    people.push(one);
    return one;
  };
  /** One of staff signs in once for all journeys: a one-time code cannot be used twice. */
  const inRole = async (wanted) => {
    const session = staffSessions.get(wanted);
    const one = await person({ session });
    if (session) return one;
    const account = at.staff_accounts.find(({ role }) => role === wanted);
    await pages.signInAtDashboard(one, at, account, (name) =>
      one.visit(`staff-${name}`, { scripts: false }),
    );
    staffSessions.set(wanted, await one.session());
    return one;
  };
  const reviewer = () => inRole('reviewer');
  const approver = () => inRole('approver');
  const policyAdmin = () => inRole('policy_admin');
  const step = async (name, act) => {
    const findings = broken ? [`not reached: "${broken}" failed`] : [];
    try {
      if (!broken) await act();
    } catch (error) {
      broken = name;
      findings.push(stripVTControlCharacters(String(error.stack ?? error)));
      for (const one of people) await one.picture(`failed-${people.indexOf(one)}`).catch(() => {});
    }
    tally.check(`${label}: ${name}`, findings);
    if (findings.length === 0) console.log(`${label}: ${name}`);
  };

  const cleanup = (close) => closing.push(close);
  const roles = { reviewer, approver, policyAdmin };
  await journey({ at, tenant: at.tenants[0], documentUrl, login, label, step, person, ...roles, cleanup });
  for (const close of closing) await close();
  for (const one of people) await one.page.context().close();
}

async function stopAll() {
  for (const { stage, narthex } of houses) {
    await stage.close().catch(() => {});
    await narthex.stop();
  }
}

function exit() {
  process.exit(tally.failed > 0 || tally.passed === 0 ? 1 : 0);
}
