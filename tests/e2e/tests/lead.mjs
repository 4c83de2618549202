// Leads: made, and turned into a customer, a contact and an opportunity.
import { assert, test, unique } from '../kit/test.mjs';

test('a lead is made and converted, and the person lands on the opportunity', { everywhere: true }, async ({ open, api }) => {
  const company = unique('线索公司');
  const app = await open();
  const { page } = app;
  await app.goto('/leads');
  await page.getByRole('button', { name: '新建线索' }).first().click();
  const create = app.dialog('新建线索');
  await create.getByLabel('姓名').fill('赵六');
  await create.getByLabel('公司').fill(company);
  await create.getByLabel('邮箱').fill('zhao@example.com');
  await create.getByRole('button', { name: '创建线索' }).click();
  const panel = page.locator('.panel');
  await panel.getByRole('heading', { name: '赵六' }).waitFor();

  await panel.getByRole('button', { name: '转化' }).click();
  const convert = app.dialog('转化线索“赵六”');
  await convert.getByLabel('金额').fill('12000');
  await convert.getByRole('button', { name: '转化' }).click();
  await page.waitForURL(/\/opportunities\/[0-9a-f-]{36}/);
  await page.getByRole('heading', { name: company }).waitFor();

  const [lead] = await api.list(`/leads?q=${company}`);
  assert.equal(lead.status, 'converted');
  const [customer, contact, opportunity] = await Promise.all([
    api.get(`/customers/${lead.customer_id}`),
    api.get(`/contacts/${lead.contact_id}`),
    api.get(`/opportunities/${lead.opportunity_id}`),
  ]);
  assert.equal(customer.name, company);
  assert.deepEqual([contact.name, contact.email, contact.customer_id], ['赵六', 'zhao@example.com', customer.id]);
  assert.deepEqual([opportunity.amount, opportunity.customer_id], [{ amount: '12000.00', currency: 'CNY' }, customer.id]);
  assert.equal(new URL(page.url()).pathname, `/opportunities/${opportunity.id}`);
});

test('a lead is converted into a customer that is there already', async ({ open, api }) => {
  const name = unique('老客户');
  const customer = await api.make('customers', { name });
  const lead = await api.make('leads', { name: '钱七', company: name });
  const app = await open();
  const { page } = app;
  await app.goto(`/leads/${lead.id}`);
  await page.getByRole('button', { name: '转化' }).click();
  const convert = app.dialog('转化线索“钱七”');
  await convert.getByLabel('关联已有客户').check();
  await convert.getByRole('combobox', { name: '关联已有客户' }).fill(name);
  await convert.getByRole('option', { name }).click();
  await convert.getByLabel('同时新建商机').uncheck();
  await convert.getByRole('button', { name: '转化' }).click();
  await page.waitForURL(`**/customers/${customer.id}`);
  const stored = await api.get(`/leads/${lead.id}`);
  assert.deepEqual([stored.customer_id, stored.opportunity_id], [customer.id, null]);
});

test('disqualifying a lead asks for the reason', async ({ open, api }) => {
  const lead = await api.make('leads', { name: unique('无效线索') });
  const app = await open({ expected: [422] });
  const { page } = app;
  await app.goto(`/leads/${lead.id}`);
  await page.getByRole('button', { name: '关闭线索' }).click();
  await page.getByRole('button', { name: '标为无效' }).click();
  const dialog = app.dialog('标为无效');
  await dialog.getByRole('button', { name: '标为无效' }).click();
  await dialog.locator('.form-error, .field-error').first().waitFor();
  await dialog.getByRole('combobox', { name: '无效原因' }).selectOption({ label: '没有需求' });
  await dialog.getByRole('button', { name: '标为无效' }).click();
  await dialog.waitFor({ state: 'detached' });
  const stored = await api.get(`/leads/${lead.id}`);
  assert.deepEqual([stored.status, stored.disqualified_reason], ['disqualified', '没有需求']);
});
