// Editing in place when answers are slow, refused, or somebody else was there: nothing is lost, and nothing looks stored that is not.
import { assert, eventually, held, test, unique } from '../kit/test.mjs';

const patches = (id, plural = 'customers') => ({ path: `**/api/v1/${plural}/${id}`, method: 'PATCH' });

test('two fields edited one right after the other are both stored, and nobody is asked', { everywhere: true }, async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('连改'), address: '旧址', website: 'old.example.cn' });
  const app = await open({ expected: [412] });
  const { page } = app;
  await app.goto(`/customers/${id}`);
  const first = await held(page, patches(id));
  await app.edit('地址', '新址');
  await first.waiting;
  // Meanwhile a colleague changes something else.
  await api.change('customers', id, { region: '华南' });
  await app.edit('网站', 'new.example.cn');
  await app.toast('已保存').waitFor();
  first.release();
  await eventually(async () => {
    const { address, website, region } = await api.get(`/customers/${id}`);
    assert.deepEqual({ address, website, region }, { address: '新址', website: 'new.example.cn', region: '华南' });
  });
  await app.field('地区').getByText('华南').waitFor();
  await app.field('地址').getByText('新址').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
});

test('a refusal that comes late takes back only its own field', async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('迟到'), address: '旧址', email: 'good@example.com' });
  const app = await open({ expected: [412, 422] });
  const { page } = app;
  await app.goto(`/customers/${id}`);
  const first = await held(page, patches(id));
  await app.edit('邮箱', 'not an address');
  await first.waiting;
  await app.edit('地址', '新址');
  await app.toast('已保存').waitFor();
  first.release();
  await app.field('邮箱').getByRole('alert').waitFor();
  await app.field('邮箱').getByText('good@example.com').waitFor();
  await app.field('地址').getByText('新址').waitFor();
});

test('a conflict that is closed without a choice leaves what is stored on the screen', async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('不选'), address: '起初' });
  const app = await open({ expected: [412] });
  const { page } = app;
  await app.goto(`/customers/${id}`);
  await api.change('customers', id, { address: '别人的' });
  await app.edit('地址', '我的');
  await page.getByRole('dialog').getByText('别人的').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await app.field('地址').getByText('别人的').waitFor();
  assert.equal((await api.get(`/customers/${id}`)).address, '别人的');
});

test('a date of which only a part is there clears nothing, and says so', async ({ open, api }) => {
  const customer = await api.make('customers', { name: unique('半个日期') });
  const { id } = await api.make('opportunities', { name: unique('商机'), customer_id: customer.id, close_on: '2027-03-15' });
  const app = await open();
  const { page } = app;
  await app.goto(`/opportunities/${id}`);
  const field = app.field('预计成交日期');
  await field.getByRole('button', { name: '预计成交日期' }).click();
  const box = field.locator('input[type=date]');
  await box.press('Backspace');
  await box.press('Enter');
  await app.toast('日期没有填完整').waitFor();
  await page.getByRole('heading', { level: 1 }).first().click();
  await box.waitFor({ state: 'detached' });
  assert.equal((await api.get(`/opportunities/${id}`)).close_on, '2027-03-15');
  // Emptied altogether it means none.
  await field.getByRole('button', { name: '预计成交日期' }).click();
  await box.fill('');
  await box.press('Enter');
  await eventually(async () => assert.equal((await api.get(`/opportunities/${id}`)).close_on, null));
});

test('a task whose tick is refused is not ticked', async ({ open, api }) => {
  const subject = unique('拒绝');
  const task = await api.make('tasks', { subject, owner_id: api.me.id });
  const app = await open({ expected: [503] });
  const { page } = app;
  await app.goto('/tasks');
  await page.route(`**/api/v1/tasks/${task.id}`, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable"}' }));
  const box = page.locator('.task', { hasText: subject }).getByRole('checkbox');
  await box.click();
  await page.locator('.toast.bad').waitFor();
  await eventually(async () => assert.equal(await box.isChecked(), false));
});

test('the history does not tell a change twice when an older answer comes later', async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('历史'), address: '一' });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${id}`);
  const first = await held(page, { path: `**/api/v1/customers/${id}/history**`, method: 'GET' });
  await page.getByRole('tab', { name: '修改历史' }).click();
  await first.waiting;
  await app.edit('地址', '二');
  await app.toast('已保存').waitFor();
  await page.locator('.event').nth(1).waitFor();
  first.release();
  await app.settled();
  assert.equal(await page.locator('.event').count(), 2);
});

test('the keyboard is back on the menu when the dialog it opened is closed', async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('焦点') });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${id}`);
  const more = page.locator('.record-head').getByRole('button', { name: '更多操作' });
  await more.click();
  await page.getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(await more.evaluate((e) => e === document.activeElement));
});

test('what is half written in the composer is there again after a look elsewhere', async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('草稿') });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${id}`);
  const box = page.locator('.composer textarea');
  await box.fill('客户说下周');
  await page.getByRole('link', { name: '联系人' }).first().click();
  await page.getByRole('heading', { name: '联系人', level: 1 }).waitFor();
  await page.goBack();
  await box.waitFor();
  assert.equal(await box.inputValue(), '客户说下周');
  await page.getByRole('button', { name: '记录', exact: true }).click();
  await page.locator('.event', { hasText: '客户说下周' }).waitFor();
  await app.reload();
  assert.equal(await box.inputValue(), '');
});

test('a stray key does not throw away what was typed into a new record', async ({ open }) => {
  const app = await open();
  const { page } = app;
  await app.goto('/customers?new=1');
  const dialog = app.dialog('新建客户');
  await dialog.getByLabel('客户名称').fill('打了一半');
  await page.keyboard.press('Escape');
  const asked = app.dialog('有未保存的修改');
  await asked.getByRole('button', { name: '取消' }).click();
  await asked.waitFor({ state: 'detached' });
  assert.equal(await dialog.getByLabel('客户名称').inputValue(), '打了一半');
  await page.keyboard.press('Escape');
  await asked.getByRole('button', { name: '放弃修改并离开' }).click();
  await dialog.waitFor({ state: 'detached' });
});
