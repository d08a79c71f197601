// Light and dark by choice: on the portal, the dashboard and the pages of end users, kept by the browser, without script.
// And what opens in the frame: menus that close on Escape and give the focus back.

import assert from 'node:assert/strict';
import { portal, PRODUCTION, staff, tokenPlane } from '../../peers/pages.mjs';
import * as pages from '../pages.mjs';

const LIGHT = 'rgb(247, 248, 250)';
const DARK = 'rgb(14, 17, 23)';

export default async function appearance({ at, tenant, step, person }) {
  const one = await person();
  const { page } = one;
  const plain = { scripts: false };
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const system = (colorScheme) => page.emulateMedia({ colorScheme });
  const choose = async (theme) => {
    await one.hands.choose(one, page.locator('input[name=theme]'), theme);
    await one.hands.press(one, page.getByRole('button', { name: 'Save' }));
  };
  const toAppearance = () => one.hands.press(one, page.getByRole('link', { name: 'Appearance' }));
  const [signIn, home] = [portal.signIn(at, tenant), portal.home(at, tenant)];

  await step('before anybody signs in, dark is chosen, and the page comes back dark', async () => {
    await one.go(signIn);
    await system('light');
    assert.equal(await ground(), LIGHT);
    await toAppearance();
    await one.visit('appearance', plain);
    await choose('dark');
    assert.equal(page.url(), signIn);
    assert.equal(await ground(), DARK);
    await one.visit('dark-sign-in', plain);
  });

  await step('it holds after signing in, and in print paper is white', async () => {
    await pages.signIn(one, tenant.owner);
    await one.go(home);
    assert.equal(await ground(), DARK);
    await one.visit('dark-home');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await page.emulateMedia({ media: 'screen' });
  });

  for (const [menu, size] of [['user-menu', { width: 1440, height: 900 }], ['nav-menu', { width: 390, height: 844 }]]) {
    await step(`the ${menu} opens, and closes on Escape with the focus where it was`, async () => {
      await page.setViewportSize(size);
      const summary = page.locator(`.${menu} > summary`);
      await summary.press('Enter');
      assert.ok(await page.locator(`.${menu} .menu-body`).isVisible());
      await one.interacted(menu);
      if (one.javaScript) {
        await page.locator(`.${menu} a`).first().focus();
        await page.keyboard.press('Escape');
        assert.ok(!(await page.locator(`.${menu} .menu-body`).isVisible()));
        assert.ok(await summary.evaluate((element) => element === document.activeElement));
      } else {
        await summary.press('Enter');
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    });
  }

  await step('light is chosen from the menu while the system is dark', async () => {
    await system('dark');
    await page.locator('.user-menu > summary').press('Enter');
    await toAppearance();
    await choose('light');
    assert.equal(page.url(), home);
    assert.equal(await ground(), LIGHT);
  });

  await step('end users and staff have the same choice on their pages', async () => {
    for (const [name, url] of [
      ['end-user', tokenPlane(at, tenant, PRODUCTION, 'apps')],
      ['staff', staff.signIn(at)],
    ]) {
      await one.go(url);
      const before = page.url();
      await toAppearance();
      await choose('dark');
      assert.equal(page.url(), before);
      await system('light');
      assert.equal(await ground(), DARK);
      await one.visit(`dark-${name}`, plain);
    }
  });

  await step('and go back to what the system says', async () => {
    await toAppearance();
    await choose('system');
    for (const [theme, colour] of [['dark', DARK], ['light', LIGHT]]) {
      await system(theme);
      assert.equal(await ground(), colour);
    }
  });
}
