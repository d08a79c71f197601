// A browser without JavaScript: cookies, redirects, HTML forms. Fields are found by their name or
// by the words of their label, forms by their action or by a field, so that a page may change its
// layout without breaking a journey.
// It never runs a script, never loads an image and never sends what the page's form does not hold.

import http from 'node:http';
import https from 'node:https';
import { parse } from 'node-html-parser';

const MAX_HOPS = 12;
const TIMEOUT_MS = 10_000;

/** One person's browser: a cookie jar and the page in front of them. */
export class Visitor {
  #jar = new Map();
  /** Every hop of the last navigation: `{ method, url, status }`. */
  trail = [];

  /** Types an address. */
  open(url) {
    return this.#navigate({ method: 'GET', url: new URL(url) });
  }

  /** Follows a link or sends a form of `page`. */
  go(page, { method = 'GET', url, body }) {
    const from = page.headers['referrer-policy']?.includes('no-referrer') ? null : page.url.origin;
    return this.#navigate({ method, url, body, from, initiator: page.url });
  }

  /** Cookies by name, as a browser would send them to this address. */
  cookies(url) {
    const kept = this.#jar.get(new URL(url).hostname) ?? new Map();
    const { pathname } = new URL(url);
    return new Map([...kept].filter(([, cookie]) => pathCovers(cookie.path, pathname)));
  }

  async #navigate(request) {
    this.trail = [];
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      const answer = await this.#send(request);
      this.trail.push({ method: request.method, url: request.url.href, status: answer.status });
      const next = nextStep(request, answer);
      if (next === undefined) return new Page(this, request.url, answer);
      request = next;
    }
    throw new Error(`too many redirects:\n${this.trail.map((hop) => hop.url).join('\n')}`);
  }

  async #send({ method, url, body, from, initiator }) {
    const headers = {
      accept: 'text/html,application/xhtml+xml',
      'accept-language': 'en',
      'user-agent': 'narthex-visitor',
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': relation(initiator, url),
    };
    const cookies = [...this.cookies(url)].map(([name, { value }]) => `${name}=${value}`);
    if (cookies.length > 0) headers.cookie = cookies.join('; ');
    if (body !== undefined) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      headers['content-length'] = Buffer.byteLength(body);
      headers.origin = from ?? 'null';
    }
    const answer = await exchange(url, { method, headers }, body);
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(url, line);
    return answer;
  }

  #keep(url, line) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const [name, value] = splitOnce(pair, '=');
    const named = Object.fromEntries(
      attributes.map((part) => splitOnce(part, '=')).map(([key, val]) => [key.toLowerCase(), val]),
    );
    const kept = this.#jar.get(url.hostname) ?? new Map();
    const gone = Number(named['max-age']) <= 0 || Date.parse(named.expires) <= Date.now();
    if (gone) kept.delete(name);
    else kept.set(name, { value, path: named.path ?? '/', attributes: named });
    this.#jar.set(url.hostname, kept);
  }
}

/** What the visitor sees after a navigation. */
export class Page {
  constructor(visitor, url, answer) {
    this.visitor = visitor;
    this.url = url;
    this.status = answer.status;
    this.headers = answer.headers;
    this.html = answer.body;
    this.root = parse(answer.body);
  }

  /** The visible words, blanks folded. */
  get text() {
    return words(this.root.querySelector('body') ?? this.root);
  }

  get heading() {
    return words(this.root.querySelector('h1'));
  }

  reload() {
    return this.visitor.open(this.url);
  }

  /** Follows the first link whose words or address match. */
  follow(pattern) {
    const link = this.root
      .querySelectorAll('a[href]')
      .find((a) => pattern.test(words(a)) || pattern.test(a.getAttribute('href')));
    if (!link) throw this.#missing(`a link like ${pattern}`);
    return this.visitor.go(this, { url: new URL(link.getAttribute('href'), this.url) });
  }

  has(wanted) {
    return this.#forms(wanted).length > 0;
  }

  /** The form with this action, holding this field, or with this button: whatever is given. */
  form(wanted) {
    const [form] = this.#forms(wanted);
    if (!form) throw this.#missing(`a form with ${JSON.stringify(wanted, showPatterns)}`);
    return form;
  }

  #forms({ action, field, button }) {
    return this.root
      .querySelectorAll('form')
      .map((element) => new Form(this, element))
      .filter((form) => !action || action.test(form.action.pathname))
      .filter((form) => !field || form.find(field))
      .filter((form) => !button || form.button(button));
  }

  #missing(what) {
    const excerpt = this.text.slice(0, 600);
    return new Error(`${this.url} (${this.status}) has no ${what}. It says: ${excerpt}`);
  }
}

/** One form of a page, filled as a person would. */
class Form {
  #values = new Map();

  constructor(page, element) {
    this.page = page;
    this.element = element;
    this.action = new URL(element.getAttribute('action') ?? page.url, page.url);
  }

  /** The control that a field description `{ name, label }` means, if the form has it. */
  find({ name, label }) {
    const controls = this.element.querySelectorAll('input,select,textarea');
    return (
      controls.find((one) => name && one.getAttribute('name') === name) ??
      controls.find((one) => label?.test(this.#label(one)) && one.getAttribute('type') !== 'hidden')
    );
  }

  /** All controls whose name matches, with the words of their label: `[{ name, value, label }]`. */
  controls(pattern) {
    return this.element
      .querySelectorAll('input,select,textarea')
      .filter((one) => pattern.test(one.getAttribute('name') ?? ''))
      .map((one) => ({
        name: one.getAttribute('name'),
        value: one.getAttribute('value') ?? '',
        label: this.#label(one),
        options: one.querySelectorAll('option').map((option) => option.getAttribute('value')),
      }));
  }

  fill(field, value) {
    const control = this.find(field);
    if (!control) throw new Error(`${this.page.url}: no field ${field.name ?? field.label}`);
    this.#values.set(control.getAttribute('name'), [value]);
    return this;
  }

  /** Chooses the first option of a list whose words match. */
  choose(field, pattern) {
    const option = this.find(field)?.querySelectorAll('option').find((one) => pattern.test(words(one)));
    if (!option) throw new Error(`${this.page.url}: no ${field.name} like ${pattern}`);
    return this.fill(field, option.getAttribute('value'));
  }

  /** Ticks exactly these values of a checkbox group. */
  tick(name, values) {
    this.#values.set(name, values);
    return this;
  }

  button(pattern) {
    return this.element
      .querySelectorAll('button,input[type=submit]')
      .find((one) => pattern.test(words(one) || (one.getAttribute('value') ?? '')));
  }

  /** Presses a button by its words; the first one when no pattern is given (what Enter does). */
  press(pattern = /./) {
    const pressed = this.button(pattern);
    if (!pressed) throw new Error(`${this.page.url}: no button like ${pattern}`);
    const fields = new URLSearchParams(this.#entries());
    const name = pressed.getAttribute('name');
    if (name) fields.append(name, pressed.getAttribute('value') ?? '');
    const target = pressed.getAttribute('formaction');
    const url = target ? new URL(target, this.page.url) : this.action;
    if ((this.element.getAttribute('method') ?? 'get').toLowerCase() === 'get') {
      url.search = fields.toString();
      return this.page.visitor.go(this.page, { url });
    }
    return this.page.visitor.go(this.page, { method: 'POST', url, body: fields.toString() });
  }

  /** The successful controls of HTML 4.10.22.4, with the given answers in their places. */
  #entries() {
    const entries = [];
    const answered = new Set();
    for (const control of this.element.querySelectorAll('input,select,textarea')) {
      const name = control.getAttribute('name');
      if (!name || control.hasAttribute('disabled')) continue;
      if (this.#values.has(name)) {
        if (!answered.has(name)) for (const one of this.#values.get(name)) entries.push([name, one]);
        answered.add(name);
        continue;
      }
      const value = untouched(control);
      if (value !== undefined) entries.push([name, value]);
    }
    return entries;
  }

  #label(control) {
    const id = control.getAttribute('id');
    const outer = id && this.page.root.querySelector(`label[for="${id}"]`);
    return words(outer ?? control.closest('label')) || (control.getAttribute('aria-label') ?? '');
  }
}

function untouched(control) {
  if (control.rawTagName.toLowerCase() === 'textarea') return control.textContent.replace(/^\r?\n/, '');
  if (control.rawTagName.toLowerCase() === 'select') {
    const options = control.querySelectorAll('option');
    const chosen = options.find((one) => one.hasAttribute('selected')) ?? options[0];
    return chosen?.getAttribute('value') ?? chosen?.textContent.trim();
  }
  const type = (control.getAttribute('type') ?? 'text').toLowerCase();
  if (['submit', 'button', 'reset', 'image', 'file'].includes(type)) return undefined;
  const value = control.getAttribute('value');
  if (!['checkbox', 'radio'].includes(type)) return value ?? '';
  return control.hasAttribute('checked') ? (value ?? 'on') : undefined;
}

/** The request a browser makes next by itself: a redirect, or a refresh without delay. */
function nextStep(request, { status, headers, body }) {
  const meta = /<meta http-equiv="?refresh"? content="([^"]+)"/i.exec(body)?.[1];
  const refresh = /^0\s*;\s*url=(.+)$/i.exec(headers.refresh ?? meta ?? '');
  const target = [301, 302, 303, 307, 308].includes(status) ? headers.location : refresh?.[1];
  if (!target) return undefined;
  const url = new URL(target.replace(/^["']|["']$/g, ''), request.url);
  const kept = status === 307 || status === 308 ? request : { method: 'GET' };
  return { ...kept, url, initiator: request.url };
}

function exchange(url, options, body) {
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.request(url, { ...options, timeout: TIMEOUT_MS, agent: false });
    request.on('response', async (answer) => {
      const parts = [];
      for await (const part of answer) parts.push(part);
      const text = Buffer.concat(parts).toString();
      resolve({ status: answer.statusCode, headers: answer.headers, body: text });
    });
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer`)));
    request.on('error', reject);
    request.end(body);
  });
}

function relation(initiator, url) {
  if (!initiator) return 'none';
  if (initiator.origin === url.origin) return 'same-origin';
  return initiator.hostname === url.hostname ? 'same-site' : 'cross-site';
}

function pathCovers(cookiePath, path) {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function splitOnce(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function words(element) {
  return (element?.structuredText ?? '').replace(/\s+/g, ' ').trim();
}

function showPatterns(_key, value) {
  return value instanceof RegExp ? String(value) : value;
}
