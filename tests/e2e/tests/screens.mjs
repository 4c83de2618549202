// Every screen in both languages and themes, wide and narrow: nothing left untranslated, inaccessible or out of sight.
import { PHONE, still, WIDE } from '../kit/app.mjs';
import { collectData, sideways, untranslated, violations } from '../kit/inspect.mjs';
import { colleague } from '../kit/people.mjs';
import { makeScene, SCREENS, show } from '../kit/screens.mjs';
import { Server } from '../kit/server.mjs';
import { assert, test } from '../kit/test.mjs';

let scene;

/** What axe finds in either theme. */
async function inaccessible(page) {
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await violations(page)).map((what) => `${colorScheme}: ${what}`));
  }
  return found;
}

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
    note('zh-CN, wide', await inaccessible(page));
    await app.resize(PHONE);
    note('zh-CN, narrow', await sideways(page));

    await page.evaluate(() => localStorage.setItem('guanxi.locale', 'en'));
    await show(app, screen, await scene);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
    note('untranslated in en, narrow', await untranslated(page, 'en', data));
    note('en, narrow', await inaccessible(page));
    note('en, narrow', await sideways(page));
    await app.resize(WIDE);
    note('untranslated in en', await untranslated(page, 'en', data));
    assert.equal(wrong.length, 0, wrong.join('\n'));
  });
}

/** Before anybody is signed in: each with a text to wait for in both languages. */
const GATES = [
  ['sign-in', () => '/', '登录', 'Sign in'],
  ['set-up', ({ setUpLink }) => setUpLink, '创建工作区', 'Create workspace'],
  ['welcome', () => '/welcome?token=not-yet-tried', '设置密码并登录', 'Set password and sign in'],
];

for (const [name, path, chinese, english] of GATES) {
  test(`screen ${name}: both languages, both themes, wide and narrow`, async ({ open, server: usual }) => {
    const server = name === 'set-up' ? await Server.start(usual.engine, { users: false }) : usual;
    try {
      for (const viewport of [WIDE, PHONE]) {
        const { page } = await open({ who: null, server, viewport });
        await page.goto(path(server));
        for (const [locale, choice, button] of [['zh-CN', '简体中文', chinese], ['en', 'English', english]]) {
          await page.getByRole('button', { name: choice }).click();
          await page.locator('form').getByRole('button', { name: button, exact: true }).waitFor();
          await still(page);
          assert.deepEqual([await inaccessible(page), await untranslated(page, locale, []), await sideways(page)], [[], [], []]);
        }
      }
    } finally {
      if (server !== usual) await server.stop();
    }
  });
}

test('language and theme are chosen from the menu and last', { everywhere: true }, async ({ open, api }) => {
  const who = await colleague(api);
  const app = await open({ who });
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
  // Other machines and letters speak it too.
  assert.equal((await api.get(`/users/${who.id}`)).locale, 'en');
  assert.equal(await page.title(), 'Customers · Guanxi');
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
