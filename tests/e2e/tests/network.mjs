// A bad network: slow, gone, back again; and two tabs at once.
import { assert, eventually, test, unique } from '../kit/test.mjs';

test('without a network the app says so, keeps what is on the screen, and goes on when it is back', async ({ open, api }) => {
  const name = unique('断网');
  const { id } = await api.make('customers', { name, address: '原址' });
  const app = await open({ offline: true });
  const { page } = app;
  await app.goto(`/customers/${id}`);
  await app.context.setOffline(true);
  await page.locator('.offline').waitFor();
  await app.edit('地址', '新址');
  await page.locator('.toast.bad').waitFor();
  await app.field('地址').getByText('原址').waitFor();
  await page.getByRole('heading', { name }).waitFor();
  await app.context.setOffline(false);
  await page.locator('.offline').waitFor({ state: 'detached' });
  await app.edit('地址', '新址');
  await app.toast('已保存').waitFor();
  assert.equal((await api.get(`/customers/${id}`)).address, '新址');
});

test('a slow answer shows progress and does not block typing', async ({ open, api }) => {
  const name = unique('慢');
  await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto('/customers');
  let release;
  const held = new Promise((done) => { release = done; });
  await page.route('**/api/v1/customers?**', async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  const box = page.getByRole('searchbox');
  await box.fill(name.slice(0, -1));
  const progress = page.getByRole('progressbar');
  await progress.waitFor();
  await eventually(async () => assert.ok(Number(await progress.evaluate((bar) => getComputedStyle(bar).opacity)) > 0.5, 'in sight after a moment'));
  await box.pressSequentially(name.slice(-1));
  assert.equal(await box.inputValue(), name);
  release();
  await app.row(name).waitFor();
  await progress.waitFor({ state: 'detached' });
});

test('a button that waits for its answer sends once', async ({ open, api }) => {
  const name = unique('只发一次');
  const app = await open();
  const { page } = app;
  await app.goto('/customers?new=1');
  let release;
  let sent = 0;
  const held = new Promise((done) => { release = done; });
  await page.route('**/api/v1/customers', async (route) => {
    sent += 1;
    await held;
    await route.continue();
  });
  const dialog = app.dialog('新建客户');
  await dialog.getByLabel('客户名称').fill(name);
  await dialog.getByRole('button', { name: '创建客户' }).click();
  await dialog.locator('.btn.loading').waitFor();
  await dialog.getByLabel('客户名称').press('Enter');
  release();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(sent, 1);
  assert.equal((await api.list(`/customers?q=${name}`)).length, 1);
});

test('a list that does not load says so and offers to try again', async ({ open }) => {
  const app = await open({ expected: [503] });
  const { page } = app;
  let broken = true;
  await page.route('**/api/v1/leads?**', (route) => (broken ? route.fulfill({ status: 503, headers: { 'Retry-After': '2' }, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable"}' }) : route.continue()));
  await page.goto('/leads');
  await page.getByText('加载失败').waitFor();
  await page.getByText('请在 2 秒后重试').waitFor();
  broken = false;
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByText('加载失败').waitFor({ state: 'detached' });
});

test('a record that is not there and an address that is none say what they are', async ({ open }) => {
  const app = await open({ expected: [404] });
  await app.goto('/customers/0190a000-0000-7000-8000-000000000000');
  await app.page.getByText('找不到这条记录').waitFor();
  await app.goto('/nowhere/at/all');
  await app.page.getByText('页面不存在').waitFor();
});
