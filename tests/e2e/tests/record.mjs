// The page of a record: what belongs to it, counted; and the same on a phone.
import { PHONE } from '../kit/app.mjs';
import { assert, test, unique } from '../kit/test.mjs';

test('tabs of a customer tell how many records stand in them', async ({ open, api }) => {
  const customer = await api.make('customers', { name: unique('计数') });
  for (const name of ['周一', '周二']) await api.make('contacts', { name, customer_id: customer.id });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${customer.id}`);
  await page.getByRole('tab', { name: /联系人\s*2/ }).click();
  await page.getByRole('button', { name: '新建联系人' }).click();
  const dialog = app.dialog('新建联系人');
  await dialog.getByLabel('姓名').fill('周三');
  await dialog.getByRole('button', { name: '创建联系人' }).click();
  await page.getByRole('tab', { name: /联系人\s*3/ }).waitFor();
});

test('on a phone a follow-up is written without passing all fields', async ({ open, api }) => {
  const customer = await api.make('customers', { name: unique('手机') });
  const app = await open({ viewport: PHONE, touch: true });
  const { page } = app;
  await app.goto(`/customers/${customer.id}`);
  assert.equal(await page.getByRole('tab', { name: '详情' }).getAttribute('aria-selected'), 'true');
  await page.getByRole('button', { name: '写跟进' }).click();
  const box = page.locator('.composer textarea');
  await box.waitFor();
  // The box has the keyboard.
  await page.waitForFunction(() => document.activeElement?.matches('.composer textarea'));
  await box.fill('电话里约了周五拜访');
  await page.getByRole('button', { name: '记录', exact: true }).click();
  await page.locator('.event').getByText('电话里约了周五拜访').waitFor();
});

test('roles are told in the language of the reader', async ({ open }) => {
  for (const [locale, word] of [['zh-CN', '所有者'], ['en', 'Owner']]) {
    const app = await open({ locale });
    await app.goto('/settings/users?sort=created_at');
    await app.page.locator('.tbody .tag', { hasText: word }).first().waitFor();
    await app.goto('/settings');
    await app.page.locator('.static', { hasText: word }).waitFor();
  }
});

test('converting a lead offers the first pipeline', async ({ open, api }) => {
  const lead = await api.make('leads', { name: unique('线索') });
  const [first] = await api.list('/pipelines?sort=position&limit=1');
  const app = await open();
  await app.goto(`/leads/${lead.id}`);
  await app.page.getByRole('button', { name: '转化' }).click();
  const box = app.page.getByRole('dialog').getByLabel('销售流程');
  await app.page.waitForFunction(([input, name]) => input.value === name, [await box.elementHandle(), first.name]);
});

test('a notice stays while the pointer is on it', async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('提示'), address: '旧址' });
  const app = await open();
  const { page } = app;
  await page.clock.install();
  await app.goto(`/customers/${id}`);
  await app.edit('地址', '新址');
  const notice = app.toast('已保存');
  await notice.hover();
  await page.clock.fastForward(20_000);
  await app.settled();
  assert.equal(await notice.count(), 1);
  await page.mouse.move(0, 0);
  await page.clock.fastForward(20_000);
  await notice.waitFor({ state: 'detached' });
});
