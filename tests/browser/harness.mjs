// What every browser journey shares: Chromium, one context per person, and `visit`, which looks at a
// page the way no journey should have to: pictures at two widths and two themes, axe, overflow,
// policy headers, console. It knows no page and no word of the product.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { mouse } from './hands.mjs';
import * as look from './look.mjs';

const ARTIFACTS = fileURLToPath(new URL('artifacts/', import.meta.url));
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
/** The narrowest that a page is used at: also what 400 % of zoom leaves of 1280. */
const NARROWEST = { width: 320, height: 844 };
const THEMES = ['light', 'dark'];
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const ACTION_LIMIT_MS = 5000;
const POLICY = [
  /default-src 'none'/,
  /base-uri 'none'/,
  /frame-ancestors 'none'/,
  /form-action 'self'/,
];

/** Counts checks; a failed one is printed at once and does not stop the journey. */
export class Tally {
  passed = 0;
  failed = 0;

  check(name, findings) {
    if (findings.length === 0) {
      this.passed += 1;
      return;
    }
    this.failed += 1;
    console.log(`  FAILED ${name}`);
    for (const finding of findings) console.log(`    ${finding}`);
  }
}

/** One Chromium for all journeys. */
export class Stage {
  /** `hosts`: rules for names that lead to this machine, as Chromium takes them. */
  static async open(tally, origins, hosts) {
    const stage = new Stage();
    stage.tally = tally;
    stage.origins = new Set(origins);
    stage.browser = await chromium.launch({
      executablePath: process.env.CHROME ?? '/usr/bin/chromium',
      args: hosts ? [...CHROMIUM_FLAGS, `--host-resolver-rules=${hosts}`] : CHROMIUM_FLAGS,
    });
    return stage;
  }

  close() {
    return this.browser.close();
  }

  /** A new person with a browser profile of their own, or with the cookies of an earlier one. */
  async person(journey, { javaScript = true, hands = mouse, session } = {}) {
    const context = await this.browser.newContext({
      javaScriptEnabled: javaScript,
      viewport: WIDTHS[0],
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      acceptDownloads: true,
      // Of the identity provider; our own listeners speak HTTP.
      ignoreHTTPSErrors: true,
      storageState: session,
    });
    context.setDefaultTimeout(ACTION_LIMIT_MS);
    const person = new Person(this, journey, { javaScript, hands });
    person.page = await context.newPage();
    person.listen();
    return person;
  }
}

/** Somebody in front of a page. */
export class Person {
  #said = [];
  #policies = new Map();

  constructor(stage, journey, { javaScript, hands }) {
    Object.assign(this, { stage, journey, javaScript, hands });
  }

  /** Notes what the browser complains about, what it loads from elsewhere, and each page's policy. */
  listen() {
    const { page } = this;
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      const { url } = message.location();
      // What somebody else's page lacks is theirs.
      if (url && !this.stage.origins.has(new URL(url).origin)) return;
      // A page may answer 403 or 404 by design; the browser reports that as a failed load.
      const itself = /^Failed to load resource/.test(message.text()) && this.#policies.has(url);
      if (!itself) this.#said.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#said.push(`script: ${error.message}`));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      const foreign = protocol.startsWith('http') && !this.stage.origins.has(origin);
      if (foreign && !request.isNavigationRequest()) this.#said.push(`loads ${request.url()}`);
    });
    page.on('response', (answer) => {
      if (answer.request().isNavigationRequest()) this.#policies.set(answer.url(), answer.headers());
    });
  }

  go(url) {
    return this.page.goto(url);
  }

  /** The cookies of this person, to come back as the same person in another profile. */
  session() {
    return this.page.context().storageState();
  }

  /**
   * Looks at the page as it is now, under this name. `scripts: false` for pages that must not load
   * any (sign-in, consent, secrets, second approval).
   */
  async visit(name, { scripts = true } = {}) {
    const full = `${this.journey}/${name}`;
    const { tally } = this.stage;
    tally.check(`${full}: quiet`, this.#said.splice(0));
    tally.check(`${full}: structure`, await this.page.evaluate(structure));
    tally.check(`${full}: words`, await this.page.evaluate(look.words));
    tally.check(`${full}: habits`, await this.page.evaluate(look.habits));
    tally.check(`${full}: size`, look.budget(await this.page.content()));
    if (this.javaScript) tally.check(`${full}: nothing moves`, await this.page.evaluate(look.shifted));
    tally.check(`${full}: policy`, this.#policy());
    if (!scripts) tally.check(`${full}: no script`, await this.page.evaluate(scriptsOf));
    for (const size of WIDTHS) {
      for (const theme of THEMES) {
        await this.page.setViewportSize(size);
        await this.page.emulateMedia({ colorScheme: theme });
        const look = `${full} ${size.width} ${theme}`;
        await this.picture(`${name}-${size.width}-${theme}`);
        tally.check(`${look}: no sideways scroll`, await this.#overflow());
        if (this.javaScript) tally.check(`${look}: axe`, await this.#axe());
      }
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.setViewportSize(NARROWEST);
    tally.check(`${full} ${NARROWEST.width}: no sideways scroll`, await this.#overflow());
    await this.page.setViewportSize(WIDTHS[0]);
    await this.page.emulateMedia({ media: 'print' });
    tally.check(`${full}: print`, await this.page.evaluate(look.printed));
    await this.page.emulateMedia({ media: 'screen', forcedColors: 'active' });
    await this.picture(`${name}-forced-colours`);
    await this.page.emulateMedia({ forcedColors: 'none' });
  }

  /** Looks at the page as an interaction left it: something opened, chosen or refused. */
  async interacted(name) {
    const full = `${this.journey}/${name}`;
    const { tally } = this.stage;
    tally.check(`${full}: structure`, await this.page.evaluate(structure));
    tally.check(`${full}: no sideways scroll`, await this.#overflow());
    if (this.javaScript) tally.check(`${full}: axe`, await this.#axe());
    await this.picture(name);
  }

  /** A picture of the whole page, without judging it. */
  async picture(name) {
    const directory = `${ARTIFACTS}${this.journey}`;
    await mkdir(directory, { recursive: true });
    // A busy machine takes its time for a long page, which says nothing of the page.
    const path = `${directory}/${name}.png`;
    await this.page.screenshot({ path, fullPage: true, timeout: 30_000 });
  }

  /** Neither the page scrolls sideways, nor on a wide one a table. */
  async #overflow() {
    const [content, window, tables] = await this.page.evaluate(() => [
      document.documentElement.scrollWidth,
      window.innerWidth,
      [...document.querySelectorAll('.table')]
        .filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => `${one.scrollWidth} px of "${one.getAttribute('aria-label')}" in ${one.clientWidth} px`),
    ]);
    const wide = window >= WIDTHS[0].width ? tables : [];
    if (content <= window) return wide;
    return [`${content} px of content in ${window} px`, ...(await this.page.evaluate(look.tooWide)), ...wide];
  }

  async #axe() {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(
      (tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags } }),
      AXE_TAGS,
    );
    return violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.target.join(' ')}`),
    );
  }

  #policy() {
    const headers = this.#policies.get(this.page.url().split('#')[0]);
    if (!headers) return [];
    const policy = headers['content-security-policy'] ?? '';
    const missing = POLICY.filter((part) => !part.test(policy)).map((part) => `CSP lacks ${part}`);
    if (/unsafe-|data:/.test(policy)) missing.push(`CSP is loose: ${policy}`);
    if (!/no-store/.test(headers['cache-control'] ?? '')) missing.push('a cache may keep it');
    if (headers['x-content-type-options'] !== 'nosniff') missing.push('its type may be guessed');
    if (!headers['referrer-policy']) missing.push('no referrer policy');
    return missing;
  }
}

/** Runs in the page. One main, one h1, a title, no inline style, no inline script, labelled navs. */
function structure() {
  const count = (selector) => document.querySelectorAll(selector).length;
  const findings = [];
  if (count('main') !== 1) findings.push(`${count('main')} main elements`);
  if (count('h1') !== 1) findings.push(`${count('h1')} h1 elements`);
  if (!document.title.trim()) findings.push('no title');
  if (!document.documentElement.lang) findings.push('no lang');
  // Taking a picture can leave an empty attribute behind, which styles nothing.
  const styled = count('[style]:not([style=""])');
  if (styled) findings.push(`${styled} style attributes`);
  if (count('style')) findings.push('a style element');
  if (count('script:not([src])')) findings.push('an inline script');
  if (count('[onclick],[onsubmit],[onchange],[onload]')) findings.push('an inline handler');
  if (count('[src^="data:"],[href^="data:"],[href^="javascript:"]')) findings.push('a data: or javascript: address');
  return findings;
}

/** Runs in the page. */
function scriptsOf() {
  return [...document.querySelectorAll('script')].map((one) => `loads ${one.src || 'inline'}`);
}
