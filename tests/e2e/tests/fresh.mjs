// Steps, tabs and pages that look alike share no elements: what was typed, opened or focused in one is not in the next.
import { PHONE } from '../kit/app.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';
import { totp } from '../kit/totp.mjs';

const CONTROLS = ':is(input, select, textarea, details, form)';

/** From here on it can be told which boxes were there before. */
const remember = (page, within = 'main') => page.evaluate((all) => {
  for (const element of document.querySelectorAll(all)) element.old = true;
}, `${within} ${CONTROLS}`);

/** The boxes that are not new. */
const old = (page, within = 'main') => page.evaluate((all) => [...document.querySelectorAll(all)].filter((element) => element.old).map((element) => element.outerHTML.slice(0, 120)), `${within} ${CONTROLS}`);

test('fresh: the steps of signing in, and the way to a new password', async ({ open, api, server }) => {
  const person = await colleague(api);
  const theirs = await server.signIn(person);
  const { secret } = await theirs.get('/auth/second-factor');
  await theirs.call('POST', '/auth/second-factor', { secret, code: totp(secret), password: person.password });
  const { page } = await open({ who: null, expected: [401] });
  await page.goto('/');
  await page.locator('#email').fill(person.email);
  await page.locator('#password').fill(person.password);
  await page.getByRole('button', { name: '显示' }).click();
  await remember(page);
  await page.keyboard.press('Enter');
  await page.locator('#password').press('Enter');
  await page.locator('#code').waitFor();
  assert.deepEqual(await old(page), []);
  await page.locator('#code').fill('123');
  await remember(page, 'main .form-field');
  await page.getByRole('button', { name: '使用恢复码' }).click();
  await page.locator('#code[inputmode=text]').waitFor();
  assert.deepEqual([await page.locator('#code').inputValue(), await old(page, 'main .form-field')], ['', []]);
  await remember(page);
  await page.getByRole('button', { name: '返回', exact: true }).click();
  await page.locator('#password').waitFor();
  assert.deepEqual(await old(page), []);
  assert.equal(await page.locator('#password').getAttribute('type'), 'password', 'covered again');
  await remember(page);
  await page.evaluate(() => {
    history.pushState(null, '', '/forgot');
    dispatchEvent(new PopStateEvent('popstate'));
  });
  await page.getByRole('heading', { name: '忘记密码' }).waitFor();
  assert.deepEqual(await old(page), []);
});

test('fresh: pages of settings, and one role after another', async ({ open, api }) => {
  const app = await open();
  const { page } = app;
  await app.goto('/settings');
  for (const part of ['company', 'calendar', 'numbering', 'currencies', 'users', 'teams', 'audit']) {
    await remember(page);
    await page.locator(`.settings-nav a[href="/settings/${part}"]`).click();
    await page.locator(`.settings-nav a[href="/settings/${part}"][aria-current]`).waitFor();
    await app.settled();
    assert.deepEqual(await old(page), [], part);
  }
  const role = await api.make('roles', { name: unique('角色'), grants: {} });
  await app.goto(`/settings/roles/${role.id}`);
  await page.locator('details.rights-card').first().locator('summary').click();
  await remember(page);
  await page.getByRole('button', { name: '复制角色' }).click();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.endsWith(role.id));
  await page.getByRole('heading', { name: `${role.name}（副本）` }).waitFor();
  assert.deepEqual([await old(page), await page.locator('details[open]').count()], [[], 0]);
});

test('fresh: tabs of a record and steps of an import', async ({ open, api }) => {
  const customer = await api.make('customers', { name: unique('客户') });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${customer.id}`);
  for (const index of [3, 0, 1]) {
    await remember(page, '[role=tabpanel]');
    await page.getByRole('tab').nth(index).click();
    await app.settled();
    assert.deepEqual(await old(page, '[role=tabpanel]'), []);
  }
  await app.goto('/import?kind=customers');
  await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('客户名称,电话\n龙腾,010-66668888\n') });
  await remember(page);
  await page.getByRole('button', { name: '读取文件' }).click();
  await page.locator('table.map').waitFor();
  assert.deepEqual(await old(page), []);
  await remember(page);
  await page.getByRole('button', { name: '上一步' }).click();
  await page.locator('#import-kind').waitFor();
  assert.deepEqual(await old(page), []);
});

test('fresh: hours of work stay in their boxes when those before them go', async ({ open }) => {
  const app = await open();
  const { page } = app;
  await app.goto('/settings/calendar');
  const day = page.locator('li', { has: page.getByText('星期六', { exact: true }) });
  const add = day.getByRole('button', { name: '添加星期六的时间段' });
  await add.click();
  await add.click();
  const from = day.getByLabel('星期六的开始时间');
  await from.nth(0).fill('19:00');
  await from.nth(1).fill('20:00');
  await day.getByRole('button', { name: '移除星期六的时间段' }).first().click();
  await eventually(async () => assert.deepEqual([await from.count(), await from.first().inputValue()], [1, '20:00']));
});

test('on a phone the page of settings one is on stands in sight, and so does what has the keyboard', async ({ open }) => {
  const app = await open({ viewport: PHONE });
  const { page } = app;
  const inSight = (link) => eventually(async () => {
    const { x, width } = await link.boundingBox();
    assert.ok(x >= 0 && x + width <= PHONE.width, `from ${x} to ${x + width}`);
  });
  for (const part of ['currencies', 'audit', 'users']) {
    await app.goto(`/settings/${part}`);
    await inSight(page.locator('.settings-nav [aria-current]'));
  }
  await page.locator('.settings-nav [aria-current]').focus();
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('Tab');
    await inSight(page.locator('.settings-nav :focus'));
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '工作时间与财年' }).waitFor();
  await inSight(page.locator('.settings-nav [aria-current]'));
});
