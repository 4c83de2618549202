// Every screen in both languages and themes, wide and narrow: nothing left untranslated, inaccessible or out of sight.
import { PHONE, WIDE } from '../kit/app.mjs';
import { collectData, sideways, untranslated, violations } from '../kit/inspect.mjs';
import { makeScene, SCREENS, show } from '../kit/screens.mjs';
import { assert, test } from '../kit/test.mjs';

let scene;

for (const screen of SCREENS) {
  test(`screen ${screen.name}: both languages, both themes, wide and narrow`, async ({ open, api }) => {
    scene ??= makeScene(api);
    const app = await open({ expected: [404] });
    const { page } = app;
    const data = collectData(app);
    const wrong = [];
    const note = (where, found) => wrong.push(...found.map((what) => `${where}: ${what}`));

    await show(app, screen, await scene);
    note('untranslated in zh-CN', await untranslated(page, 'zh-CN', data));
    note('light', await violations(page));
    await page.emulateMedia({ colorScheme: 'dark' });
    note('dark', await violations(page));
    await page.setViewportSize(PHONE);
    note('narrow in zh-CN', await sideways(page));

    await page.setViewportSize(WIDE);
    await page.evaluate(() => localStorage.setItem('guanxi.locale', 'en'));
    await show(app, screen, await scene);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    note('untranslated in en', await untranslated(page, 'en', data));
    await page.setViewportSize(PHONE);
    note('narrow in en', await sideways(page));
    assert.equal(wrong.length, 0, wrong.join('\n'));
  });
}

test('screen sign-in: both languages, both themes, narrow', async ({ open }) => {
  for (const theme of ['light', 'dark']) {
    const app = await open({ who: null, theme, viewport: PHONE });
    await app.page.goto('/');
    await app.page.getByLabel('密码').waitFor();
    assert.deepEqual(await violations(app.page), []);
    assert.deepEqual(await untranslated(app.page, 'zh-CN', []), []);
    await app.page.getByRole('button', { name: 'English' }).click();
    await app.page.getByLabel('Password').waitFor();
    assert.deepEqual(await untranslated(app.page, 'en', []), []);
    assert.deepEqual(await sideways(app.page), []);
  }
});

test('language and theme are chosen from the menu and last', { everywhere: true }, async ({ open }) => {
  const app = await open();
  const { page } = app;
  await app.goto('/customers');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole('button', { name: '账号' }).click();
  await page.getByRole('button', { name: '深色' }).click();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.getByRole('button', { name: '账号' }).click();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Customers' }).waitFor();
  await app.reload();
  await page.getByRole('heading', { name: 'Customers' }).waitFor();
  assert.equal(await background(), dark);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
});

test('on a phone the bottom bar leads everywhere', async ({ open }) => {
  const app = await open({ viewport: PHONE, touch: true });
  const { page } = app;
  await app.goto('/');
  const bar = page.locator('.bottom');
  await bar.getByRole('link', { name: '客户' }).tap();
  await page.getByRole('heading', { name: '客户' }).waitFor();
  await bar.getByRole('button', { name: '更多' }).tap();
  await page.getByRole('dialog', { name: '更多' }).getByRole('link', { name: '线索' }).tap();
  await page.getByRole('heading', { name: '线索' }).waitFor();
  await page.getByRole('dialog', { name: '更多' }).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname, '/leads');
});
