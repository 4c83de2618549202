// What is done to several rows at once: ticked ones, or all that match; given to another owner, changed, tagged, deleted, and taken back.
import { PHONE } from '../kit/app.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

/** Customers of a test's own, and the list that shows only them, by name. */
async function listed(api, open, letters, options = {}) {
  const word = unique('批量');
  const customers = [];
  for (const letter of letters) customers.push(await api.make('customers', { name: `${letter}${word}` }));
  const app = await open(options);
  await app.goto(`/customers?q=${word}&sort=name`);
  const names = customers.map(({ name }) => name);
  for (const name of names) await app.row(name).waitFor();
  return { app, page: app.page, customers, names, bar: app.page.getByRole('region', { name: '批量操作' }) };
}

/** So many customers, made in batches. */
async function many(api, count, of) {
  for (let from = 0; from < count; from += 100) {
    const operations = Array.from({ length: Math.min(100, count - from) }, (_, n) => ({ method: 'create', body: of(from + n) }));
    await api.call('POST', '/customers/batch', { operations });
  }
}

const tick = (app, name) => app.row(name).getByRole('checkbox', { name: `选择“${name}”` });
const stored = (api, customers, field) => Promise.all(customers.map(async ({ id }) => (await api.get(`/customers/${id}`))[field]));
const counted = async (api, filter) => (await api.get(`/customers?count=exact&limit=1&${filter}`)).page.count;

/** The form of a field, with a status chosen. */
async function toStatus(app, bar, count, status) {
  await bar.getByRole('button', { name: '修改字段' }).click();
  const dialog = app.dialog(`修改字段（${count} 条）`);
  await dialog.getByLabel('新的值').selectOption({ label: status });
  await dialog.getByRole('button', { name: '修改', exact: true }).click();
}

test('all that match are changed, those that are not loaded too, and taken back as one', { everywhere: true }, async ({ open, api }) => {
  const word = unique('全量');
  await many(api, 260, (n) => ({ name: `${word} ${String(n).padStart(3, '0')}`, level: n < 250 ? 'a' : 'b' }));
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}&filter[level]=a&sort=name`);
  const bar = page.getByRole('region', { name: '批量操作' });
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).first().check();
  await bar.locator('.all').click();
  await bar.getByText('已选符合条件的全部 250 条').waitFor();
  await toStatus(app, bar, 250, '跟进中');
  await bar.waitFor({ state: 'detached' });
  await app.toast('修改 250 条').waitFor();
  // What the filter does not show stays as it was.
  const q = `q=${encodeURIComponent(word)}&`;
  assert.deepEqual([await counted(api, `${q}filter[status]=following`), await counted(api, `${q}filter[level]=b&filter[status]=potential`)], [250, 10]);
  await app.row(`${word} 000`).getByText('跟进中').waitFor();
  await app.toast('修改 250 条').getByRole('button', { name: '撤销' }).click();
  await app.toast('已撤销 250 条').waitFor();
  assert.equal(await counted(api, `${q}filter[status]=following`), 0);
  await app.row(`${word} 000`).getByText('潜在').waitFor();
});

test('ticked rows get another status, the others keep theirs', { everywhere: true }, async ({ open, api }) => {
  const { app, customers, names, bar } = await listed(api, open, 'ABC');
  await tick(app, names[0]).check();
  await tick(app, names[2]).check();
  await bar.getByText('已选 2 条').waitFor();
  await toStatus(app, bar, 2, '跟进中');
  await app.toast('修改 2 条').waitFor();
  await bar.waitFor({ state: 'detached' });
  assert.deepEqual(await stored(api, customers, 'status'), ['following', 'potential', 'following']);
  await app.row(names[0]).getByText('跟进中').waitFor();
  await app.row(names[1]).getByText('潜在').waitFor();
});

test('ticked rows get another owner, whatever else somebody has just changed, and go back', { everywhere: true }, async ({ open, api }) => {
  const colleague = await api.make('users', { name: unique('同事'), roles: ['sales'] });
  const { app, page, customers, names, bar } = await listed(api, open, 'AB');
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).first().check();
  await bar.getByText('已选 2 条').waitFor();
  await api.change('customers', customers[1].id, { address: '刚改过' });
  await bar.getByRole('button', { name: '转移' }).click();
  const dialog = app.dialog('转移选中的 2 条记录');
  await dialog.getByRole('combobox', { name: '新负责人' }).fill(colleague.name);
  await dialog.getByRole('option', { name: colleague.name }).click();
  await dialog.getByRole('button', { name: '转移' }).click();
  await app.toast('已转移：客户 2').waitFor();
  assert.deepEqual(await stored(api, customers, 'owner_id'), [colleague.id, colleague.id]);
  await app.row(names[0]).getByText(colleague.name).waitFor();
  await app.toast('已转移：客户 2').getByRole('button', { name: '撤销' }).click();
  await app.toast('已撤销 2 条').waitFor();
  assert.deepEqual(await stored(api, customers, 'owner_id'), [api.me.id, api.me.id]);
});

test('a field is cleared and tags are added and taken, in English', async ({ open, api }) => {
  const word = unique('Tagged ');
  const customers = [];
  for (const letter of 'AB') customers.push(await api.make('customers', { name: `${letter} ${word}`, website: 'https://a.example', tags: ['old'] }));
  const app = await open({ locale: 'en' });
  const { page } = app;
  await app.goto(`/customers?q=${encodeURIComponent(word)}&sort=name`);
  const bar = page.getByRole('region', { name: 'Bulk actions' });
  const all = page.getByRole('checkbox', { name: 'Select all loaded' }).first();
  await all.check();
  await bar.getByRole('button', { name: 'Change a field' }).click();
  let dialog = app.dialog('Change a field (2 records)');
  await dialog.getByLabel('Field').selectOption({ label: 'Website' });
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await dialog.getByText('Enter a value.').waitFor();
  await dialog.getByLabel('Clear').check();
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await app.toast('2 changed').waitFor();
  assert.deepEqual(await stored(api, customers, 'website'), [null, null]);
  await all.check();
  await bar.getByRole('button', { name: 'Tags' }).click();
  dialog = app.dialog('Change tags (2 records)');
  await dialog.getByLabel('Add tags').fill('new');
  await dialog.getByLabel('Remove tags').fill('old');
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await eventually(async () => assert.deepEqual(await stored(api, customers, 'tags'), [['new'], ['new']]));
});

test('what could not be changed is told with its reasons', async ({ open, api }) => {
  const { colleague } = await import('../kit/people.mjs');
  const person = await colleague(api);
  const word = unique('部分');
  const own = await api.make('customers', { name: `甲${word}`, owner_id: person.id });
  const seen = await api.make('customers', { name: `乙${word}` });
  await api.call('PUT', `/customers/${seen.id}/members/${person.id}`, { access: 'read' });
  const app = await open({ who: person });
  const { page } = app;
  await app.goto(`/customers?q=${word}&sort=name`);
  const bar = page.getByRole('region', { name: '批量操作' });
  await app.row(seen.name).waitFor();
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).first().check();
  await toStatus(app, bar, 2, '跟进中');
  const toast = app.toast('修改 1 条，1 条未能处理');
  await toast.getByRole('link', { name: '查看' }).click();
  await page.getByText('您没有修改这条记录的权限。').waitFor();
  await page.getByRole('link', { name: seen.name }).waitFor();
  assert.deepEqual(await stored(api, [own, seen], 'status'), ['following', 'potential']);
});

test('ticked rows are deleted after a question, and leave the list', { everywhere: true }, async ({ open, api }) => {
  const { app, customers, names, bar } = await listed(api, open, 'ABC');
  await tick(app, names[0]).check();
  await tick(app, names[1]).check();
  await bar.getByRole('button', { name: '删除' }).click();
  const dialog = app.dialog('移到回收站？');
  await dialog.getByText('将有 2 条记录移到回收站').waitFor();
  await dialog.getByRole('button', { name: '取消' }).click();
  await dialog.waitFor({ state: 'detached' });
  await stored(api, customers, 'id');

  await bar.getByRole('button', { name: '删除' }).click();
  await dialog.getByRole('button', { name: '删除' }).click();
  await app.toast('2 条已移到回收站').waitFor();
  for (const name of names.slice(0, 2)) await app.row(name).waitFor({ state: 'detached' });
  await app.row(names[2]).waitFor();
  for (const { id } of customers.slice(0, 2)) await assert.rejects(api.get(`/customers/${id}`), { status: 404 });
  await api.get(`/customers/${customers[2].id}`);
});

test('what others have changed since is listed, and the rest taken back', { everywhere: true }, async ({ open, api }) => {
  const { app, page, customers, names, bar } = await listed(api, open, 'AB', { expected: [409] });
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).first().check();
  await toStatus(app, bar, 2, '跟进中');
  await app.toast('修改 2 条').hover();
  await api.change('customers', customers[1].id, { status: 'interested' });
  await app.toast('修改 2 条').getByRole('button', { name: '撤销' }).click();
  const dialog = app.dialog('有些内容此后又被修改');
  await dialog.getByRole('link', { name: names[1] }).waitFor();
  await dialog.getByText('状态：跟进中 → 有意向').waitFor();
  await dialog.getByText(`${api.me.name}，`).waitFor();
  assert.equal(await dialog.getByRole('link').count(), 1);
  assert.deepEqual(await stored(api, customers, 'status'), ['following', 'interested']);
  await dialog.getByRole('button', { name: '撤销其余部分' }).click();
  await app.toast('已撤销 1 条，1 处未能撤销').waitFor();
  assert.deepEqual(await stored(api, customers, 'status'), ['potential', 'interested']);
});

test('the history of a record names what was changed together, and takes it back', async ({ open, api }) => {
  const { app, page, customers, names, bar } = await listed(api, open, 'AB');
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).first().check();
  await toStatus(app, bar, 2, '跟进中');
  await app.toast('修改 2 条').waitFor();
  await app.goto(`/customers/${customers[0].id}`);
  await page.getByRole('tab', { name: '修改历史' }).click();
  await page.locator('.event').first().getByRole('button', { name: '撤销这次更改' }).click();
  const dialog = app.dialog('撤销这次更改？');
  await dialog.getByText('批量修改').waitFor();
  await dialog.getByText('客户：修改 2 条').waitFor();
  await dialog.getByRole('button', { name: '撤销', exact: true }).click();
  await app.toast('已撤销 2 条').waitFor();
  assert.deepEqual(await stored(api, customers, 'status'), ['potential', 'potential']);
  assert.equal(names.length, 2);
});

test('rows are ticked by keys too, and let go of at once', async ({ open, api }) => {
  const { app, page, names, bar } = await listed(api, open, 'AB');
  await page.getByRole('grid').focus();
  for (const key of ['ArrowDown', 'Space', 'ArrowDown', 'Space']) await page.keyboard.press(key);
  await bar.getByText('已选 2 条').waitFor();
  assert.ok(await page.getByRole('checkbox', { name: '全选已加载的记录' }).first().isChecked());
  await page.keyboard.press('Space');
  await bar.getByText('已选 1 条').waitFor();
  assert.deepEqual([await tick(app, names[0]).isChecked(), await tick(app, names[1]).isChecked()], [true, false]);
  await bar.getByRole('button', { name: '取消选择' }).click();
  await bar.waitFor({ state: 'detached' });
  await eventually(async () => assert.equal(await tick(app, names[0]).isChecked(), false));
});

test('on a phone rows are chosen by touch, and changed', async ({ open, api }) => {
  const { app, page, customers, names, bar } = await listed(api, open, 'AB', { viewport: PHONE, touch: true });
  await page.locator('.page-head').getByRole('button', { name: '更多操作' }).click();
  await page.getByRole('button', { name: '选择多条' }).click();
  await tick(app, names[0]).check();
  await bar.getByText('已选 1 条').waitFor();
  await toStatus(app, bar, 1, '跟进中');
  await app.toast('修改 1 条').waitFor();
  assert.deepEqual(await stored(api, customers, 'status'), ['following', 'potential']);
});
