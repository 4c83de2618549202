// What is done to several rows at once: ticked, given to another owner, moved to another status, deleted.
import { assert, eventually, test, unique } from '../kit/test.mjs';

/** Customers of a test's own, and the list that shows only them, by name. */
async function listed(api, open, letters) {
  const word = unique('批量');
  const customers = [];
  for (const letter of letters) customers.push(await api.make('customers', { name: `${letter}${word}` }));
  const app = await open();
  await app.goto(`/customers?q=${word}&sort=name`);
  const names = customers.map(({ name }) => name);
  for (const name of names) await app.row(name).waitFor();
  return { app, page: app.page, customers, names, bar: app.page.getByRole('region', { name: '批量操作' }) };
}

const tick = (app, name) => app.row(name).getByRole('checkbox', { name: `选择“${name}”` });
const stored = (api, customers, field) => Promise.all(customers.map(async ({ id }) => (await api.get(`/customers/${id}`))[field]));

test('ticked rows get another status, the others keep theirs', { everywhere: true }, async ({ open, api }) => {
  const { app, customers, names, bar } = await listed(api, open, 'ABC');
  await tick(app, names[0]).check();
  await tick(app, names[2]).check();
  await bar.getByText('已选 2 条').waitFor();
  await bar.getByRole('button', { name: '状态' }).click();
  await bar.locator('.menu').getByRole('button', { name: '跟进中' }).click();
  await app.toast('已处理 2 条').waitFor();
  await bar.waitFor({ state: 'detached' });
  assert.deepEqual(await stored(api, customers, 'status'), ['following', 'potential', 'following']);
  await app.row(names[0]).getByText('跟进中').waitFor();
  await app.row(names[1]).getByText('潜在').waitFor();
});

test('ticked rows get another owner, whatever else somebody has just changed', { everywhere: true }, async ({ open, api }) => {
  const colleague = await api.make('users', { name: unique('同事'), roles: ['sales'] });
  const { app, page, customers, names, bar } = await listed(api, open, 'AB');
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).check();
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
});

test('what somebody has just changed keeps its status, and that is told', async ({ open, api }) => {
  const { app, page, customers, bar } = await listed(api, open, 'AB');
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).check();
  await api.change('customers', customers[1].id, { address: '刚改过' });
  await bar.getByRole('button', { name: '状态' }).click();
  await bar.locator('.menu').getByRole('button', { name: '跟进中' }).click();
  await app.toast('已处理 1 条；1 条刚被修改或没有权限，未处理。').waitFor();
  assert.deepEqual(await stored(api, customers, 'status'), ['following', 'potential']);
});

test('ticked rows are deleted after a question, and leave the list', { everywhere: true }, async ({ open, api }) => {
  const { app, customers, names, bar } = await listed(api, open, 'ABC');
  await tick(app, names[0]).check();
  await tick(app, names[1]).check();
  await bar.getByRole('button', { name: '删除' }).click();
  const dialog = app.dialog('移到回收站？');
  await dialog.getByText('选中的 2 条会移到回收站。').waitFor();
  await dialog.getByRole('button', { name: '取消' }).click();
  await dialog.waitFor({ state: 'detached' });
  await stored(api, customers, 'id');

  await bar.getByRole('button', { name: '删除' }).click();
  await dialog.getByRole('button', { name: '删除' }).click();
  await app.toast('已处理 2 条').waitFor();
  for (const name of names.slice(0, 2)) await app.row(name).waitFor({ state: 'detached' });
  await app.row(names[2]).waitFor();
  for (const { id } of customers.slice(0, 2)) await assert.rejects(api.get(`/customers/${id}`), { status: 404 });
  await api.get(`/customers/${customers[2].id}`);
});

test('rows are ticked by keys too, and let go of at once', async ({ open, api }) => {
  const { app, page, names, bar } = await listed(api, open, 'AB');
  await page.getByRole('grid').focus();
  for (const key of ['ArrowDown', 'Space', 'ArrowDown', 'Space']) await page.keyboard.press(key);
  await bar.getByText('已选 2 条').waitFor();
  assert.ok(await page.getByRole('checkbox', { name: '全选已加载的记录' }).isChecked());
  await page.keyboard.press('Space');
  await bar.getByText('已选 1 条').waitFor();
  assert.deepEqual([await tick(app, names[0]).isChecked(), await tick(app, names[1]).isChecked()], [true, false]);
  await bar.getByRole('button', { name: '取消选择' }).click();
  await bar.waitFor({ state: 'detached' });
  await eventually(async () => assert.equal(await tick(app, names[0]).isChecked(), false));
});
