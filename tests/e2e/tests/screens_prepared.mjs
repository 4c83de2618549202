// Screens that need a hand to get there: in both languages, both themes, wide and narrow, as the others are.
import { PHONE, WIDE } from '../kit/app.mjs';
import { collectData, sideways, untranslated, violations } from '../kit/inspect.mjs';
import { makeScene } from '../kit/screens.mjs';
import { assert, test } from '../kit/test.mjs';

let made;

const file = { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('客户名称;电话;备用\n龙腾;010-66668888;其他\n') };

const SCREENS = {
  'empty recycle bin': async (app) => {
    await app.goto('/bin/picklists');
    await app.page.locator('.empty').waitFor();
  },
  'menu of a list': async (app) => {
    await app.goto('/customers');
    await app.page.locator('.page-head .menu-root > button').click();
  },
  'columns of a file': async (app) => {
    await app.goto('/import?kind=customers');
    await app.page.locator('input[type=file]').setInputFiles(file);
    await app.page.locator('.form-foot .btn.primary').click();
    await app.page.locator('#read-delimiter:enabled').waitFor();
  },
  'product lines being edited': async (app, { opportunity }) => {
    await app.goto(`/opportunities/${opportunity.id}`);
    await app.page.locator('.lines .group-head button').click();
    await app.page.locator('.line-row').first().waitFor();
  },
};

/** An open menu lies over parts of buttons, which is what menus do. */
const inspected = async (page, name) => (await violations(page)).filter((found) => !(name.startsWith('menu') && found.includes('partially obscured')));

for (const [name, show] of Object.entries(SCREENS)) {
  test(`prepared screen, ${name}: both languages, both themes, wide and narrow`, async ({ open, api }) => {
    made ??= makeScene(api);
    const scene = await made;
    const app = await open();
    const { page } = app;
    const data = collectData(app);
    const wrong = [];
    for (const locale of ['zh-CN', 'en']) {
      await page.addInitScript((tag) => localStorage.setItem('guanxi.locale', tag), locale);
      await page.setViewportSize(WIDE);
      await show(app, scene);
      await app.settled();
      const note = (where, found) => wrong.push(...found.map((what) => `${locale}, ${where}: ${what}`));
      note('untranslated', await untranslated(page, locale, data));
      for (const colorScheme of ['dark', 'light']) {
        await page.emulateMedia({ colorScheme });
        note(colorScheme, await inspected(page, name));
      }
      await page.setViewportSize(PHONE);
      await show(app, scene);
      await app.settled();
      note('narrow', await sideways(page));
      note('narrow', await inspected(page, name));
    }
    assert.equal(wrong.length, 0, wrong.join('\n'));
  });
}
