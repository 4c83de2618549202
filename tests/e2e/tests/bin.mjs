// The recycle bin: back by the toast, and back from its screen.
import { colleague } from '../kit/people.mjs';
import { assert, held, test, unique } from '../kit/test.mjs';

test('a deleted customer comes back by the toast', async ({ open, api }) => {
  const name = unique('误删');
  const customer = await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${name}&open=${customer.id}`);
  await page.locator('.panel .record-head').getByRole('button', { name: '更多操作' }).click();
  await page.locator('.panel .menu').getByRole('button', { name: '删除' }).click();
  await app.dialog('移到回收站？').getByRole('button', { name: '删除' }).click();
  await app.toast(`“${name}”已移到回收站`).hover();
  await app.row(name).waitFor({ state: 'detached' });
  await app.toast(`“${name}”已移到回收站`).getByRole('button', { name: '撤销' }).click();
  await app.row(name).waitFor();
  assert.equal((await api.get(`/customers/${customer.id}`)).name, name);
});

test('several deleted at once come back by the toast', async ({ open, api }) => {
  const mark = unique('批量');
  const names = [`甲${mark}`, `乙${mark}`];
  for (const name of names) await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${mark}`);
  await page.getByRole('checkbox', { name: '全选已加载的记录' }).check();
  await page.locator('.bulk').getByRole('button', { name: '删除' }).click();
  await app.dialog('移到回收站？').getByRole('button', { name: '删除' }).click();
  await app.toast('2 条已移到回收站').hover();
  await page.getByText('没有找到').first().waitFor();
  await app.toast('2 条已移到回收站').getByRole('button', { name: '撤销' }).click();
  for (const name of names) await app.row(name).waitFor();
  assert.equal((await api.list(`/customers?q=${mark}`)).length, 2);
});

test('the recycle bin of a list shows what was deleted and gives it back', { everywhere: true }, async ({ open, api }) => {
  const name = unique('旧客户');
  const customer = await api.make('customers', { name, industry: '制造' });
  await api.call('DELETE', `/customers/${customer.id}`, undefined, { 'If-Match': '*' });
  const app = await open();
  const { page } = app;
  await app.goto('/customers');
  await page.locator('.page-head').getByRole('button', { name: '更多操作' }).click();
  await page.getByRole('link', { name: '回收站' }).click();
  await page.getByRole('heading', { name: '回收站' }).waitFor();
  const line = page.locator('.bin .line', { hasText: name });
  await line.getByText(api.me.name).waitFor();
  await line.getByRole('button', { name: `恢复“${name}”` }).click();
  await app.toast(`“${name}”已恢复`).waitFor();
  await line.waitFor({ state: 'detached' });
  assert.equal((await api.get(`/customers/${customer.id}`)).name, name);

  await page.getByRole('navigation', { name: '回收站' }).getByRole('link', { name: '团队' }).click();
  await page.getByText('回收站是空的').waitFor();
});

test('a rep is offered the bins of what reps delete, and no import', async ({ open, api }) => {
  const app = await open({ who: await colleague(api, { locale: 'zh-CN' }) });
  const { page } = app;
  await app.goto('/bin/customers');
  const tabs = page.getByRole('navigation', { name: '回收站' });
  await tabs.getByRole('link', { name: '线索' }).waitFor();
  for (const settings of ['团队', '用户', '管道', '产品']) assert.equal(await tabs.getByRole('link', { name: settings, exact: true }).count(), 0, settings);
  assert.equal(await page.getByRole('link', { name: '导入' }).count(), 0);
  await app.goto('/bin/teams');
  await page.getByText('页面不存在').waitFor();
});

test('values are told in the language of the reader', async ({ open, api }) => {
  const make = (word) => api.make('customers', { name: unique(word), industry: '制造' });
  const [gone, changed] = [await make('旧客户'), await make('历史')];
  await api.call('DELETE', `/customers/${gone.id}`, undefined, { 'If-Match': '*' });
  await api.change('customers', changed.id, { industry: '零售' });
  const app = await open({ locale: 'en' });
  const { page } = app;
  await app.goto('/bin/customers');
  await page.locator('.bin .line', { hasText: gone.name }).getByText('Manufacturing').waitFor();
  await app.goto(`/customers/${changed.id}`);
  await page.getByRole('tab', { name: 'History' }).click();
  await page.locator('.event', { hasText: '→' }).getByText('Manufacturing').waitFor();
});
