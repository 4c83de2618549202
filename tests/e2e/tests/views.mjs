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
  // It was in the list before as well; the other goes when the view has come.
  await theirs.row(`${word}友B`).waitFor({ state: 'detached' });
  await theirs.row(`${word}友A`).waitFor();
  assert.equal(await theirs.row(`${word}主A`).count(), 0, 'under their own rights');
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
  const app = await open({ who: await colleague(api, { roles: ['owner'] }) });
  await app.goto(`/customers?view=${view.id}`);
  await app.row(word).waitFor();
  await app.page.getByText('此视图中有部分内容未生效').waitFor();
});

test('views: who takes a field away is told which views use it', async ({ open, api }) => {
  const [word, key] = [unique('用到'), `k${Date.now()}`];
  const field = await api.make('fields', { kind: 'competitor', key, label: { 'zh-CN': `字段${key}`, en: key }, type: 'text' });
  const filter = { field: `custom_fields.${key}`, value: 'x' };
  await api.make('views', { kind: 'competitor', name: word, shared: 'all', filter });
  const admin = await colleague(api, { roles: ['admin'] });
  const app = await open({ who: admin });
  await app.goto('/settings/kinds/competitor');
  await app.page.getByRole('button', { name: `移除“字段${key}”` }).click();
  const dialog = app.page.getByRole('dialog');
  await dialog.getByText(`“${word}”`).waitFor();
  await dialog.getByRole('button', { name: '移除', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  // What was said of the field is left out by who opens the view, and is gone when they save it.
  await app.goto('/competitors');
  await tab(app.page, word).click();
  await app.page.getByText('此视图中有部分内容未生效').waitFor();
  assert.ok((await api.get(`/fields/${field.id}/views`).catch((error) => error)).status !== 200);
});

test('views: one whose field is hidden opens without it and says so', async ({ open, api }) => {
  const word = unique('隐');
  const role = unique('role').toLowerCase();
  await api.make('roles', { key: role, name: unique('看'), grants: { customer: { view: 'all' } }, field_rights: { customer: { level: 'hidden' } } });
  for (const level of ['A', 'B']) await api.make('customers', { name: `${word}${level}`, level });
  const filter = { and: [{ field: 'level', value: 'A' }, { field: 'name', op: 'contains', value: word }] };
  const view = await api.make('views', { kind: 'customer', name: word, shared: 'all', filter, columns: ['name', 'level', 'phone'], group_by: 'level' });
  const app = await open({ who: await colleague(api, { roles: [role] }) });
  await app.goto(`/customers?view=${view.id}`);
  for (const level of ['A', 'B']) await app.row(`${word}${level}`).waitFor();
  await app.page.getByText('此视图中有部分内容未生效').waitFor();
  assert.deepEqual((await app.page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim()), ['客户名称', '电话']);
  assert.equal(await app.page.locator('.group-row').count(), 0);
});

test('views: rows stand under headings with their counts, each in the order of the list, and a view keeps that', async ({ open, api }) => {
  const word = unique('组');
  const rows = [['丙', 'following', 'A'], ['甲', 'potential', 'A'], ['乙', 'potential', 'B'], ['丁', 'following', null]];
  for (const [name, status, level] of rows) await api.make('customers', { name: `${name}${word}`, status, level });
  const app = await open({ who: await colleague(api, { roles: ['owner'] }) });
  const { page } = app;
  const shown = () => page.locator('.tbody :is(.group-row, .row-link)').allInnerTexts();
  const short = async () => (await shown()).map((text) => text.replaceAll(word, '').replaceAll(/\s|条/g, ''));
  await app.goto(`/customers?q=${word}&sort=name`);
  await page.getByRole('button', { name: '分组' }).click();
  await page.locator('.menu').getByRole('button', { name: '状态' }).click();
  await eventually(async () => assert.deepEqual(await short(), ['潜在2', '甲', '乙', '跟进中2', '丙', '丁']));
  await page.getByText('有未保存的更改').waitFor();
  // By what some have not, and narrowed by the same field.
  await page.getByRole('button', { name: '分组' }).click();
  await page.locator('.menu').getByRole('button', { name: '级别' }).click();
  await eventually(async () => assert.deepEqual(await short(), ['A2', '丙', '甲', 'B1', '乙', '（无）1', '丁']));
  await app.goto(`/customers?q=${word}&sort=name&group=level&filter[level]=A`);
  await eventually(async () => assert.deepEqual(await short(), ['A2', '丙', '甲']));
  // Saved, it opens so.
  await page.locator('.view-acts').getByRole('button', { name: '另存为视图' }).click();
  await page.getByLabel('名称').fill(word);
  await page.getByRole('button', { name: '保存' }).click();
  await page.waitForURL(/view=/);
  assert.ok(!page.url().includes('group='));
  await eventually(async () => assert.equal((await short())[0].slice(0, 1), 'A'));
  // One may look without.
  await page.getByRole('button', { name: '分组' }).click();
  await page.locator('.menu').getByRole('button', { name: '不分组' }).click();
  await page.locator('.group-row').first().waitFor({ state: 'detached' });
  // The keyboard walks the rows and passes the headings.
  await app.goto(`/customers?q=${word}&sort=name&group=level`);
  await page.locator('.table').focus();
  for (const name of ['丙', '甲', '乙', '丁']) {
    await page.keyboard.press('ArrowDown');
    await eventually(async () => assert.match(await page.locator('.tr.active').innerText(), new RegExp(`${name}${word}`)));
  }
});

test('views: under headings too, rows come as they are scrolled to', async ({ open, api }) => {
  const word = unique('多');
  const operations = Array.from({ length: 180 }, (_, i) => ({ method: 'create', body: { name: `${word}-${String(i).padStart(3, '0')}`, level: 'AB'[i % 2] } }));
  for (const part of [operations.slice(0, 90), operations.slice(90)]) await api.call('POST', '/customers/batch', { operations: part });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}&sort=name&group=level`);
  await app.row(`${word}-000`).waitFor();
  await page.locator('.table').focus();
  await eventually(async () => {
    await page.keyboard.press('End');
    assert.equal(await page.locator('.table').getAttribute('aria-rowcount'), '181');
    await app.row(`${word}-179`).waitFor({ timeout: 500 });
  });
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await app.row(`${word}-002`).waitFor();
});

test('views: a favourite comes first, and the list comes back with what one opened last', async ({ open, api }) => {
  const who = await colleague(api);
  const app = await open({ who });
  const { page } = app;
  const names = async () => (await page.locator('.view-bar .tab').allInnerTexts()).map((text) => text.trim());
  const menu = () => page.locator('.view-bar').getByRole('button', { name: '视图' }).click();
  await app.goto('/customers');
  assert.deepEqual((await names()).slice(0, 2), ['全部', '我负责的']);
  const opened = page.waitForResponse((answer) => answer.url().includes('/views/marks/customer/created_this_week'));
  await tab(page, '本周新建').click();
  assert.equal((await opened).status(), 200);
  await menu();
  await page.locator('.menu').getByRole('button', { name: '收藏' }).click();
  await eventually(async () => assert.deepEqual((await names()).slice(0, 2), ['全部', '本周新建']));
  await app.goto('/');
  await page.locator('.nav').getByRole('link', { name: '客户' }).click();
  await page.waitForURL(/view=created_this_week/);
  assert.equal(await open_in(page), '本周新建');
  // On another machine as well.
  const elsewhere = await open({ who });
  await elsewhere.goto('/customers');
  await elsewhere.page.waitForURL(/view=created_this_week/);
  assert.equal((await elsewhere.page.locator('.view-bar .tab').nth(1).innerText()).trim(), '本周新建');
  // All of them is something one opens, too.
  const all = page.waitForResponse((answer) => answer.url().includes('/views/marks/customer/all'));
  await tab(page, '全部').click();
  assert.equal((await all).status(), 200);
  await app.goto('/');
  await app.goto('/customers');
  assert.equal(await open_in(page), '全部');
  // What one chose to begin with goes before what one opened last, until that is taken back.
  await tab(page, '我负责的').click();
  await menu();
  await page.getByRole('button', { name: '打开列表时默认显示' }).click();
  await page.locator('.menu').waitFor({ state: 'detached' });
  await tab(page, '本周新建').click();
  await app.settled();
  await app.goto('/');
  await app.goto('/customers');
  await page.waitForURL(/view=mine/);
  await menu();
  await page.locator('.menu').getByRole('button', { name: '收藏', pressed: false }).waitFor();
});

test('views: of several teams one is chosen, and only that one sees the view; it is renamed, locked and deleted', async ({ open, api }) => {
  const [home, other] = [await api.make('teams', { name: unique('主队') }), await api.make('teams', { name: unique('副队') })];
  const [maker, near, far] = [await colleague(api, { team_id: home.id }), await colleague(api, { team_id: other.id }), await colleague(api, { team_id: home.id })];
  await api.make('team-members', { team_id: other.id, user_id: maker.id });
  const [name, renamed] = [unique('队视'), unique('改名')];
  const app = await open({ who: maker });
  const { page } = app;
  await app.goto('/customers?filter[level]=A');
  await page.locator('.view-acts').getByRole('button', { name: '另存为视图' }).click();
  await page.getByLabel('名称').fill(name);
  await page.getByLabel('可见范围').selectOption('team');
  await page.getByLabel('哪个团队').selectOption({ label: other.name });
  await page.getByRole('button', { name: '保存' }).click();
  await page.waitForURL(/view=/);
  for (const [who, count] of [[near, 1], [far, 0]]) {
    const theirs = await open({ who });
    await theirs.goto('/customers');
    await tab(theirs.page, '我负责的').waitFor();
    assert.equal(await tab(theirs.page, name).count(), count);
  }
  const settings = async (act) => {
    await page.locator('.view-bar').getByRole('button', { name: '视图' }).click();
    await page.locator('.menu').getByRole('button', { name: '视图设置' }).click();
    await act(page.getByRole('dialog'));
    await page.getByRole('dialog').getByRole('button', { name: '保存' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await settings(async (dialog) => {
    assert.equal(await dialog.getByLabel('哪个团队').locator('option:checked').innerText(), other.name);
    await dialog.getByLabel('名称').fill(renamed);
    await dialog.getByLabel('锁定').check();
  });
  await tab(page, renamed).waitFor();
  await page.locator('.chip-close').click();
  await page.getByText('有未保存的更改').waitFor();
  assert.equal(await page.locator('.view-acts').getByRole('button', { name: '保存', exact: true }).count(), 0, 'it is locked');
  await page.getByRole('button', { name: '还原' }).click();
  await settings((dialog) => dialog.getByLabel('锁定').uncheck());
  await page.locator('.view-bar').getByRole('button', { name: '视图' }).click();
  await page.locator('.menu').getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await tab(page, renamed).waitFor({ state: 'detached' });
  await page.waitForURL((url) => !url.search.includes('view='));
});

test('views: those of the product are reached by keys, and stand on a phone', async ({ open, api }) => {
  for (const viewport of [{ width: 1440, height: 900 }, PHONE]) {
    const word = unique('期');
    const who = await colleague(api, { roles: ['owner'] });
    await api.make('customers', { name: word, owner_id: who.id, next_follow_up_at: '2025-01-05T00:00:00Z' });
    const app = await open({ viewport, who });
    const { page } = app;
    await app.goto('/customers');
    await tab(page, '我的逾期跟进').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/view=overdue/);
    await app.row(word).waitFor();
    assert.equal(await open_in(page), '我的逾期跟进');
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is not wider than the window');
    const [strip, menu] = [await page.locator('.view-bar .tab-list').boundingBox(), await page.locator('.view-bar .menu-root').boundingBox()];
    assert.ok(menu.y < strip.y + strip.height, 'the menu stands beside the tabs');
    const [box, current] = [strip, await page.locator('.view-bar [aria-current=page]').boundingBox()];
    assert.ok(current.x >= box.x - 1 && current.x + current.width <= box.x + box.width + 1, 'the open one is in sight');
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

test('views: the board shows the deals of a view, and says what of it is gone', async ({ open, api }) => {
  const [word, key] = [unique('板'), `k${Date.now()}`];
  const pipeline = await api.pipeline(word, ['第一步', '第二步']);
  for (const [name, amount] of [['大', '900.00'], ['小', '10.00']]) {
    await api.make('opportunities', { name: `${name}${word}`, pipeline_id: pipeline.id, stage_id: pipeline.stages[0].id, amount: { amount, currency: 'CNY' } });
  }
  const field = await api.make('fields', { kind: 'opportunity', key, label: { 'zh-CN': `字段${key}`, en: key }, type: 'text' });
  const filter = { and: [{ field: 'amount', op: 'gte', value: 100 }, { field: `custom_fields.${key}`, op: 'is_null', value: true }] };
  const view = await api.make('views', { kind: 'opportunity', name: word, shared: 'all', filter });
  const app = await open({ who: await colleague(api, { roles: ['owner'] }) });
  const { page } = app;
  const card = (name) => page.locator('.board-cards').getByText(`${name}${word}`);
  await app.goto(`/pipeline?pipeline=${pipeline.id}&view=${view.id}`);
  await card('大').waitFor();
  assert.equal(await card('小').count(), 0);
  assert.equal(await page.getByText('此视图中有部分内容未生效').count(), 0);
  await page.getByLabel('视图').selectOption({ label: '全部' });
  await card('小').waitFor();
  await api.call('DELETE', `/fields/${field.id}`, undefined, { 'If-Match': '*' });
  await page.getByLabel('视图').selectOption({ label: word });
  await page.getByText('此视图中有部分内容未生效').waitFor();
  await card('小').waitFor({ state: 'detached' });
  await card('大').waitFor();
});
