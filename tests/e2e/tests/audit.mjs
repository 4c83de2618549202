// The audit log: found by who, what and when, told in words, and kept from who may not see it.
import { PHONE } from '../kit/app.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const entries = (page) => page.locator('.audit-entry');
const shows = (found, count) => eventually(async () => assert.equal(await found.count(), count));
/** The box of a filter, by the first words of its label. */
const filter = (page, name) => page.locator('.audit-filters label', { hasText: new RegExp(`^${name}`) }).locator('select, input');

test('the audit log shows who changed what, from what to what', { everywhere: true }, async ({ open, api }) => {
  const name = unique('审计客户');
  const owner = await colleague(api);
  const customer = await api.make('customers', { name, level: 'A', owner_id: api.me.id });
  await api.change('customers', customer.id, { level: 'B', owner_id: owner.id });
  const app = await open();
  const { page } = app;
  await app.goto(`/settings/audit?record_id=${customer.id}`);
  await entries(page).first().waitFor();
  await shows(entries(page), 2);
  const first = entries(page).first();
  assert.match(await first.innerText(), new RegExp(`修改.*客户.*${name}`, 's'));
  await first.locator('summary').focus();
  await page.keyboard.press('Enter');
  await first.getByText(owner.name).waitFor();
  assert.match(await first.innerText(), /等级|级别/);
  await first.getByRole('link', { name: '打开完整页面' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
});

test('filters of the audit log stand in the address', async ({ open, api }) => {
  const name = unique('产品');
  const product = await api.make('products', { name });
  await api.change('products', product.id, { name: `${name}二` });
  await api.call('DELETE', `/products/${product.id}`, undefined, { 'If-Match': '*' });
  const app = await open();
  const { page } = app;
  await app.goto('/settings/audit');
  await filter(page, '类型').selectOption('product');
  await filter(page, '操作').selectOption('delete');
  await app.settled();
  const found = entries(page).filter({ hasText: name });
  await found.first().waitFor();
  await shows(found, 1);
  await found.getByText('已删除').waitFor();
  assert.match(page.url(), /kind=product/);
  assert.match(page.url(), /action=delete/);
  await app.reload();
  await found.first().waitFor();
  assert.equal(await filter(page, '类型').inputValue(), 'product');
  await found.locator('summary').click();
  await found.getByRole('button', { name: '只看这条记录' }).click();
  await filter(page, '操作').selectOption('');
  await app.settled();
  await shows(entries(page), 3);
  await filter(page, '字段').selectOption('name');
  await app.settled();
  await filter(page, '操作').selectOption('update');
  await app.settled();
  await shows(entries(page), 1);
  await filter(page, '结束日期').fill('2020-01-01');
  await page.keyboard.press('Tab');
  await page.getByText('没有符合条件的日志').waitFor();
});

test('sign-ins are in the audit log, and it goes on page by page on a phone', async ({ open, api, server }) => {
  const person = await colleague(api);
  for (let i = 0; i < 3; i++) await server.signIn(person);
  await api.call('POST', '/tags/batch', { operations: Array.from({ length: 60 }, (_, i) => ({ method: 'create', body: { name: unique(`标签${i}`) } })) });
  const app = await open({ viewport: PHONE, touch: true });
  const { page } = app;
  await app.goto(`/settings/audit?kind=session&actor=${person.id}`);
  await shows(entries(page), 3);
  assert.match(await entries(page).first().innerText(), /登录.*127\.0\.0\.1/s);
  await app.goto('/settings/audit?kind=tag');
  await shows(entries(page), 50);
  await page.getByRole('button', { name: '显示更多' }).click();
  await entries(page).nth(55).waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px`);
});

test('the audit log is not for everybody, and shows nothing that is hidden', async ({ open, api }) => {
  const seller = await colleague(api);
  const theirs = await open({ who: seller, expected: [403] });
  await theirs.goto('/settings');
  assert.equal(await theirs.page.getByRole('link', { name: '审计日志' }).count(), 0);
  await theirs.goto('/settings/audit');
  await theirs.page.getByText('没有权限', { exact: true }).waitFor();

  const role = await api.make('roles', { name: unique('审计员'), grants: { audit: { view: 'all' }, user: { view: 'all' }, customer: { view: 'own' } } });
  const auditor = await colleague(api, { roles: [role.key] });
  const customer = await api.make('customers', { name: unique('看不见'), level: 'A' });
  const app = await open({ who: auditor, expected: [403] });
  await app.goto(`/settings/audit?record_id=${customer.id}`);
  await entries(app.page).first().locator('summary').click();
  await app.page.getByText('您无权查看这条记录').waitFor();
  assert.equal(await app.page.getByText(customer.name).count(), 0);
});

test('the audit log is taken away as a file', async ({ open, api }) => {
  const name = unique('=危险');
  const customer = await api.make('customers', { name });
  const app = await open();
  await app.goto(`/settings/audit?record_id=${customer.id}`);
  const download = app.page.waitForEvent('download');
  await app.page.getByRole('button', { name: '导出 CSV' }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), '审计日志.csv');
  const text = await (await import('node:fs/promises')).readFile(await file.path(), 'utf8');
  assert.ok(text.includes(`'${name}`), text);
});
