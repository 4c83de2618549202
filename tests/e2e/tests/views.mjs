// Saved views: tabs above a list, changes that are one's own until they are saved, and views that are opened to a team.
import { PHONE } from '../kit/app.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const tab = (page, name) => page.locator('.view-bar').getByRole('link', { name, exact: true });
const open_in = (page) => page.locator('.view-bar [aria-current=page]').innerText();

test('views: made, shared with a team, opened and changed by another, whose changes stay theirs', async ({ open, api }) => {
  const [word, name] = [unique('视'), unique('甲级')];
  const team = await api.make('teams', { name: unique('队') });
  const [maker, mate] = [await colleague(api, { team_id: team.id }), await colleague(api, { team_id: team.id })];
  for (const [who, level] of [[maker, 'A'], [maker, 'B'], [mate, 'A'], [mate, 'B']]) {
    await api.make('customers', { name: `${word}${who === maker ? '主' : '友'}${level}`, level, owner_id: who.id });
  }
  const app = await open({ who: maker });
  const { page } = app;
  await app.goto(`/customers?filter[level]=A&sort=name&cols=name,level,status`);
  await page.getByText('有未保存的更改').waitFor();
  await page.getByRole('button', { name: '另存为视图' }).click();
  await page.getByLabel('名称').fill(name);
  await page.getByLabel('可见范围').selectOption('team');
  await page.getByRole('button', { name: '保存' }).click();
  await page.waitForURL(/view=/);
  assert.equal(await open_in(page), name);
  await app.row(`${word}主A`).waitFor();
  assert.equal(await page.getByText('有未保存的更改').count(), 0);
  assert.deepEqual((await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim()), ['客户名称', '级别', '状态']);

  const theirs = await open({ who: mate });
  await theirs.goto('/customers');
  await tab(theirs.page, name).click();
  await theirs.row(`${word}友A`).waitFor();
  assert.equal(await theirs.row(`${word}主A`).count(), 0, 'under their own rights');
  assert.equal(await theirs.row(`${word}友B`).count(), 0);
  // Taking the filter away is theirs alone, and can be taken back.
  await theirs.page.locator('.chip-close').click();
  await theirs.row(`${word}友B`).waitFor();
  await theirs.page.getByText('有未保存的更改').waitFor();
  assert.equal(await theirs.page.getByRole('button', { name: '保存', exact: true }).count(), 0, 'it is not their view');
  assert.equal(await open_in(theirs.page), name);
  await page.reload();
  await app.row(`${word}主A`).waitFor();
  assert.equal(await app.row(`${word}主B`).count(), 0, 'nobody else sees the change');
  await theirs.page.getByRole('button', { name: '还原' }).click();
  await theirs.row(`${word}友B`).waitFor({ state: 'detached' });

  // Its owner saves a change for all.
  await page.locator('.chip-close').click();
  await app.row(`${word}主B`).waitFor();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await eventually(async () => assert.equal(await page.getByText('有未保存的更改').count(), 0));
  await theirs.page.reload();
  await theirs.row(`${word}友B`).waitFor();
});

test('views: one whose field was taken away opens and says so', async ({ open, api }) => {
  const [word, key] = [unique('断'), `k${Date.now()}`];
  const field = await api.make('fields', { kind: 'customer', key, label: { en: key }, type: 'text' });
  await api.make('customers', { name: word, level: 'A' });
  const view = await api.make('views', { kind: 'customer', name: word, filter: { and: [{ field: `custom_fields.${key}`, value: 'x' }, { field: 'name', op: 'contains', value: word }] } });
  await api.call('DELETE', `/fields/${field.id}`, undefined, { 'If-Match': '"1"' });
  const app = await open();
  await app.goto(`/customers?view=${view.id}`);
  await app.row(word).waitFor();
  await app.page.getByText('此视图中有部分内容未生效').waitFor();
});

test('views: those of the product are reached by keys, and stand on a phone', async ({ open, api }) => {
  const word = unique('期');
  await api.make('customers', { name: word, next_follow_up_at: '2025-01-05T00:00:00Z' });
  for (const viewport of [{ width: 1440, height: 900 }, PHONE]) {
    const app = await open({ viewport });
    const { page } = app;
    await app.goto('/customers');
    await tab(page, '我的逾期跟进').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/view=overdue/);
    await app.row(word).waitFor();
    assert.equal(await open_in(page), '我的逾期跟进');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is not wider than the window');
    await app.close();
  }
});

test('views: a filter is chosen by keys alone', async ({ open, api }) => {
  const word = unique('键');
  await api.make('customers', { name: `${word}甲`, status: 'following' });
  await api.make('customers', { name: `${word}乙` });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}`);
  const button = page.getByRole('button', { name: '添加筛选条件' });
  await button.focus();
  await page.keyboard.press('ArrowDown');
  const focused = () => page.evaluate(() => document.activeElement.innerText?.trim());
  await eventually(async () => assert.equal(await focused(), '客户名称'));
  await page.keyboard.press('Escape');
  await page.locator('.menu').waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowDown');
  await eventually(async () => assert.equal(await focused(), '客户名称'));
  await page.keyboard.press('ArrowDown');
  await eventually(async () => assert.equal(await focused(), '状态'));
  await page.keyboard.press('Enter');
  await eventually(async () => assert.ok(await page.evaluate(() => document.activeElement.closest('.menu-form') !== null)));
  await page.locator('.menu').getByLabel('跟进中').focus();
  await page.keyboard.press('Space');
  await page.locator('.menu').getByRole('button', { name: '应用' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.searchParams.get('filter[status]') === 'following');
  await app.row(`${word}乙`).waitFor({ state: 'detached' });
});

test('views: the one that a person chooses is what their list opens with', async ({ open, api }) => {
  const who = await colleague(api);
  const app = await open({ who });
  const { page } = app;
  await app.goto('/customers?view=created_this_week');
  await page.locator('.view-bar').getByRole('button', { name: '视图' }).click();
  const said = page.waitForResponse((answer) => answer.url().includes('/views/marks/customer/created_this_week'));
  await page.getByRole('button', { name: '打开列表时默认显示' }).click();
  assert.equal((await said).status(), 200);
  await app.goto('/');
  await app.goto('/customers');
  await page.waitForURL(/view=created_this_week/);
  assert.equal(await open_in(page), '本周新建');
  await tab(page, '全部').click();
  await page.waitForURL((url) => url.search === '');
  assert.equal(await open_in(page), '全部');
});

test('views: one that nothing is in does not say that there is nothing', async ({ open, api }) => {
  const mate = await colleague(api);
  const app = await open({ who: mate });
  const { page } = app;
  await app.goto('/customers?view=mine');
  await page.getByText('没有找到').waitFor();
  assert.equal(await page.getByText('还没有客户').count(), 0);
  await page.getByRole('button', { name: '清除搜索和筛选' }).click();
  await page.waitForURL((url) => !url.search.includes('view='));
});
