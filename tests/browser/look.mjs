// What is looked at on every page without knowing it: words, sizes, print, the first stop of Tab. Each function runs in the
// page and returns what is wrong with it. It takes no picture and changes nothing.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Most bytes of a page, of the style sheet and of our scripts, each as gzip sends them. */
const BUDGET = { page: 60 * 1024, style: 10 * 1024, script: 22 * 1024 };

/** A page is small enough, and so is what it loads. */
export function budget(html) {
  const size = gzipSync(html).length;
  return size > BUDGET.page ? [`the page has ${size} bytes of ${BUDGET.page}`] : [];
}

/** The files that every page loads. */
export function assets(directory) {
  const packed = (name) => gzipSync(readFileSync(new URL(name, directory))).length;
  const style = packed('app.css');
  const script = packed('ui.js');
  return [
    ...(style > BUDGET.style ? [`app.css has ${style} bytes of ${BUDGET.style}`] : []),
    ...(script > BUDGET.script ? [`ui.js has ${script} bytes of ${BUDGET.script}`] : []),
  ];
}

/** Runs in the page. Words that the house does not use, states as the database names them, moments without a date. */
export function words() {
  // A reference for programs names states as programs do.
  const main = document.querySelector('main:not(.document)');
  if (!main) return [];
  const copy = main.cloneNode(true);
  // What machines read, and what somebody else wrote, stands in these.
  for (const other of copy.querySelectorAll('code, pre, textarea, .mono, q, blockquote, svg')) other.remove();
  const text = copy.textContent.replace(/\s+/g, ' ');
  const banned = [
    /\bsuccessfully\b/i,
    /\binvalid input\b/i,
    /\boops\b/i,
    /\bplease\b/i,
    /\ban error occurred\b/i,
    /\b(in_review|changes_requested|rejected_by_policy|auto_approved|awaiting_second|rejected_and_blocked|needs_person|awaiting_credentials|goes_on|asked_again)\b/,
    /\b(undefined|null|NaN|Some\()/,
    /\b\d+ (second|minute|hour|day)s? ago\b(?!,)/,
  ];
  return banned.flatMap((word) => {
    const found = text.match(word);
    return found ? [`"${text.slice(Math.max(0, found.index - 30), found.index + 40)}"`] : [];
  });
}

/** Runs in the page. One main act, the skip link first, moments with their zone. */
export function habits() {
  const findings = [];
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.offsetParent);
  const primary = shown('main .button-primary').length;
  if (primary > 1) findings.push(`${primary} primary buttons`);
  for (const danger of document.querySelectorAll('.button-danger')) {
    if (!/\s/.test(danger.textContent.trim())) findings.push(`"${danger.textContent.trim()}" names no object`);
  }
  const first = document.querySelector('a[href], button, input:not([type=hidden]), select, textarea, summary');
  if (document.body.classList.contains('shell-page') && !first?.classList.contains('skip')) {
    findings.push('the skip link is not the first stop');
  }
  for (const time of document.querySelectorAll('time')) {
    if (!time.getAttribute('datetime')) findings.push(`<time>${time.textContent}</time> has no datetime`);
  }
  return findings;
}

/** Runs in the page. What reaches beyond the window and holds nothing that does, tables that scroll by themselves apart. */
export function tooWide() {
  const reaches = (one) => one.getBoundingClientRect().right > window.innerWidth + 0.5 && !one.closest('.table');
  const all = [...document.querySelectorAll('body *')].filter(reaches);
  const inner = all.filter((one) => ![...one.children].some(reaches));
  const named = (one) => `${one.tagName.toLowerCase()}.${one.className} "${one.textContent.trim().slice(0, 40)}"`;
  return inner.slice(0, 5).map(named);
}

/** Runs in the page, under print. */
export function printed() {
  const shown = (selector) =>
    [...document.querySelectorAll(selector)].filter((one) => getComputedStyle(one).display !== 'none');
  const there = ['nav.side', '.menu', '.search', '.skip', 'button'].flatMap(shown);
  return there.filter((one) => one.offsetParent).map((one) => `${one.className || one.tagName} is printed`);
}

/** Runs in the page. How far things moved while it appeared (CLS). */
export async function shifted() {
  let moved = 0;
  const observer = new PerformanceObserver((list) => {
    // What comes later comes by itself, and says so.
    const first = list.getEntries().filter(({ startTime }) => startTime < 1000);
    for (const entry of first) if (!entry.hadRecentInput) moved += entry.value;
  });
  observer.observe({ type: 'layout-shift', buffered: true });
  await new Promise((done) => setTimeout(done, 20));
  observer.disconnect();
  return moved > 0.01 ? [`the layout moved by ${moved.toFixed(3)}`] : [];
}
