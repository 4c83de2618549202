// Records that are one: the hint while a new one is typed, the merge of chosen rows with its way back, and from a record's page.
import { assert, test, unique } from '../kit/test.mjs';

for (const [path, heading, make, label] of [
  ['customers', '新建客户', '新建客户', '客户名称'],
  ['contacts', '新建联系人', '新建联系人', '姓名'],
  ['leads', '新建线索', '新建线索', '公司'],
]) {
  test(`a new record of ${path} looks like one that is there`, async ({ open, api }) => {
    const name = unique('贝尔科技');
    const known = path === 'contacts'
      ? await api.make('contacts', { name, phone: '13800138000' })
      : await api.make('customers', { name: `${name}有限公司` });
    const app = await open();
    const { page } = app;
    await app.goto(`/${path}`);
    await page.getByRole('button', { name: make }).first().click();
    const dialog = app.dialog(heading);
    await dialog.getByLabel(label).first().fill(name);
    const hint = dialog.getByRole('status').filter({ hasText: '可能已有' });
    await hint.getByText('名称相同').first().waitFor();
    const link = hint.getByRole('link', { name: known.name });
    assert.match(await link.getAttribute('href'), new RegExp(`/(customers|contacts)/${known.id}$`));
    await dialog.getByLabel(label).first().fill(unique('完全不同的名字'));
    await hint.waitFor({ state: 'detached' });
  });
}

test('two chosen customers are merged field by field, and apart again', { everywhere: true }, async ({ open, api }) => {
  const name = unique('合并');
  const one = await api.make('customers', { name: `${name}甲`, phone: '13800138001' });
  const two = await api.make('customers', { name: `${name}乙`, phone: '13900139002', website: 'https://two.example' });
  const contact = await api.make('contacts', { name: '韩梅梅', customer_id: two.id });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${name}`);
  await page.getByRole('checkbox', { name: `选择“${one.name}”` }).check();
  await page.getByRole('checkbox', { name: `选择“${two.name}”` }).check();
  await page.getByRole('region', { name: '批量操作' }).getByRole('button', { name: '合并' }).click();
  const dialog = app.dialog('合并');
  await dialog.getByRole('group', { name: '保留哪一条' }).getByRole('radio', { name: one.name }).check();
  await dialog.getByRole('group', { name: '电话' }).getByRole('radio', { name: '13900139002' }).check();
  await dialog.getByRole('button', { name: '合并' }).click();
  await dialog.waitFor({ state: 'detached' });
  const kept = await api.get(`/customers/${one.id}`);
  assert.deepEqual([kept.name, kept.phone, kept.website], [one.name, '13900139002', 'https://two.example']);
  assert.equal((await api.get(`/contacts/${contact.id}`)).customer_id, one.id);
  // The address of the other leads to it.
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText('已撤销').waitFor();
  assert.equal((await api.get(`/customers/${one.id}`)).phone, '13800138001');
  assert.equal((await api.get(`/customers/${two.id}`)).id, two.id);
  assert.equal((await api.get(`/contacts/${contact.id}`)).customer_id, two.id);
});

test('a record finds those like it and takes them in', async ({ open, api }) => {
  const name = unique('远航贸易');
  const one = await api.make('customers', { name });
  const two = await api.make('customers', { name: `${name}有限公司` });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${one.id}`);
  await page.getByRole('button', { name: '更多操作' }).first().click();
  await page.getByRole('button', { name: '查重与合并' }).click();
  const dialog = app.dialog('合并');
  await dialog.getByRole('checkbox', { name: two.name }).waitFor();
  await dialog.getByRole('button', { name: '下一步' }).click();
  await dialog.getByRole('button', { name: '合并' }).click();
  await dialog.waitFor({ state: 'detached' });
  await app.goto(`/customers/${two.id}`);
  await page.getByRole('heading', { name }).first().waitFor();
});
