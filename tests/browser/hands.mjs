// Two ways to use a page: with a mouse, and with the keyboard alone. Both offer the same five verbs
// (fill, press, tick, choose, select), so that a journey is written once and walked with either.
// The keyboard never clicks and never sets the focus by script: Tab until the control has the
// focus, then type, Space, Enter or an arrow. Each stop must show its focus and must not be covered.

const MAX_STOPS = 150;

export const mouse = {
  fill: (_person, locator, text) => locator.fill(text),
  press: (person, locator) => navigating(person, () => locator.click()),
  tick: (_person, locator, wanted) => locator.setChecked(wanted),
  choose: (person, group, value) => group.and(person.page.locator(`[value="${value}"]`)).check(),
  select: (_person, locator, label) => locator.selectOption({ label }),
};

export const keyboard = { fill: type, press, tick, choose, select };

/** Moves the focus to a control by Tab; notes every stop that shows no focus. */
async function tabTo(person, locator) {
  const { page, stage } = person;
  const findings = [];
  for (let stop = 0; stop < MAX_STOPS; stop += 1) {
    if (await locator.evaluate((element) => element === document.activeElement)) {
      stage.tally.check(`${person.journey}: focus on the way to ${locator}`, findings);
      return;
    }
    await page.keyboard.press('Tab');
    findings.push(...(await page.evaluate(focusFindings)));
  }
  throw new Error(`${locator} is not reached by ${MAX_STOPS} presses of Tab at ${page.url()}`);
}

/** Types into a field, replacing what is there. */
async function type(person, locator, text) {
  await tabTo(person, locator);
  await person.page.keyboard.press('ControlOrMeta+A');
  await person.page.keyboard.type(text);
}

/** Presses a button or follows a link. */
async function press(person, locator) {
  await tabTo(person, locator);
  await navigating(person, () => person.page.keyboard.press('Enter'));
}

/** Every button and link of these journeys leads to a page; waits until it is there. */
async function navigating({ page }, act) {
  const arrived = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await Promise.all([arrived, act()]);
  await page.waitForLoadState();
}

/** Ticks a box or takes it off, as asked. */
async function tick(person, locator, wanted) {
  if ((await locator.isChecked()) === wanted) return;
  await tabTo(person, locator);
  await person.page.keyboard.press('Space');
}

/** Chooses one of a radio group: Tab reaches the group, the arrows move within it. */
async function choose(person, group, value) {
  const checked = group.locator('visible=true').and(person.page.locator(':checked'));
  const start = (await checked.count()) > 0 ? checked.first() : group.first();
  await tabTo(person, start);
  if ((await checked.count()) === 0) await person.page.keyboard.press('Space');
  for (let move = 0; move < (await group.count()); move += 1) {
    const current = await person.page.evaluate(() => document.activeElement.value);
    if (current === value) return;
    await person.page.keyboard.press('ArrowDown');
  }
  throw new Error(`no choice ${value} at ${person.page.url()}`);
}

/** Chooses from a list with the arrows. Typing the words would do for one word; a blank opens the list. */
async function select(person, locator, label) {
  await tabTo(person, locator);
  await person.page.keyboard.press('Home');
  for (let stop = 0; stop < MAX_STOPS; stop += 1) {
    const chosen = await locator.evaluate((list) => list.selectedOptions[0]?.label.trim());
    if (chosen === label) return;
    await person.page.keyboard.press('ArrowDown');
  }
  throw new Error(`no option ${label} at ${person.page.url()}`);
}

/** Runs in the page. WCAG 2.4.7 and 2.4.11 for the element that has the focus. */
function focusFindings() {
  const element = document.activeElement;
  if (!element || element === document.body) return [];
  const name = `${element.tagName.toLowerCase()} "${(element.textContent || element.name || '').trim().slice(0, 40)}"`;
  const style = getComputedStyle(element);
  const shown = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) > 0;
  const findings = shown ? [] : [`${name} shows no focus`];
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const visible = top && (element.contains(top) || top.contains(element) || top.closest('label'));
  return visible ? findings : [...findings, `${name} is covered while it has the focus`];
}
