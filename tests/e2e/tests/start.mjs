// What the app begins with: in how few calls, in which language, with which rights, and what stands where it does not come.
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

/** Calls of the API from now on. Pictures are files, and each is fetched once. */
function counted(page) {
  const calls = [];
  page.on('request', (request) => {
    const [, path] = request.url().match(/\/api\/v1(.*)/) ?? [];
    if (path && !/^\/users\/[^/]+\/avatar$/.test(path)) calls.push(`${request.method()} ${path}`);
  });
  return calls;
}

for (const [plural, field] of [['customers', 'name'], ['contacts', 'name'], ['leads', 'name'], ['opportunities', 'name'], ['products', 'name']]) {
  test(`few calls: a cold list of ${plural} takes three, a record opened from it two`, async ({ open, api }) => {
    const name = unique('少问');
    await api.make(plural, { [field]: name });
    const app = await open();
    const { page } = app;
    const calls = counted(page);
    await app.goto(`/${plural}?q=${name}`);
    await app.row(name).waitFor();
    await app.settled();
    assert.ok(calls.length <= 3, `a cold list: ${calls.join('\n')}`);
    calls.length = 0;
    await app.row(name).getByRole('button', { name }).click();
    await page.locator('.panel .fields').waitFor();
    await app.settled();
    assert.ok(calls.length <= 2, `a record opened from it: ${calls.join('\n')}`);
  });
}

test('the tabs of a record tell how many belong to it, also when one is added', async ({ open, api }) => {
  const customer = await api.make('customers', { name: unique('计数') });
  await api.make('contacts', { name: unique('联系人'), customer_id: customer.id });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${customer.id}`);
  const tab = page.getByRole('tab', { name: /^联系人/ });
  await tab.getByText('1').waitFor();
  await page.getByRole('tab', { name: /^商机/ }).getByText('0').waitFor();
  await tab.click();
  await page.locator('.related-head .btn').click();
  const dialog = app.dialog('新建联系人');
  await dialog.getByLabel('姓名').fill(unique('又一位'));
  await dialog.getByRole('button', { name: '创建联系人' }).click();
  await tab.getByText('2').waitFor();
});

test('when the app gets no answer to begin with, it says so and goes on when asked to', async ({ open }) => {
  const app = await open({ expected: [500, 503] });
  const { page } = app;
  let status = 500;
  await page.route('**/api/v1/start?**', (route) => (status ? route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify({ status, code: 'internal', title: '出错了', request_id: 'r-1' }) }) : route.continue()));
  await page.goto('/customers');
  await page.getByText('加载失败').waitFor();
  await page.getByText('出错了').waitFor();
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByText('加载失败').waitFor();
  status = 0;
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByRole('heading', { name: '客户' }).waitFor();
  // A server that is away is asked again without anybody's doing.
  status = 503;
  await page.reload();
  await page.getByText('加载失败').waitFor();
  status = 0;
  await page.getByRole('heading', { name: '客户' }).waitFor();
});

test('another language is asked for before anything is shown in it', async ({ open, api }) => {
  const person = await colleague(api);
  const name = unique('制造商');
  await api.make('customers', { name, industry: '制造', owner_id: person.id });
  const app = await open({ who: person, expected: [503] });
  const { page } = app;
  await app.goto(`/customers?q=${name}`);
  await app.row(name).getByText('制造', { exact: true }).waitFor();
  let broken = true;
  await page.route('**/api/v1/start?**', (route) => (broken ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable","title":"稍后再试"}' }) : route.continue()));
  const english = async () => {
    await page.locator('.btn.user').click();
    await page.getByRole('button', { name: 'English' }).click();
  };
  await english();
  await page.locator('.toast.bad').waitFor();
  await page.getByRole('heading', { name: '客户' }).waitFor();
  broken = false;
  await english();
  await page.getByRole('heading', { name: 'Customers' }).waitFor();
  await app.row(name).getByText('Manufacturing').waitFor();
  await app.reload();
  await page.getByRole('heading', { name: 'Customers' }).waitFor();
});

test('a right that is gone while the app is open is no longer offered', async ({ open, api }) => {
  const key = unique('role').toLowerCase();
  const grants = { customer: { view: 'all', create: 'all' }, lead: { view: 'all', create: 'all' }, user: { view: 'all' } };
  const role = await api.make('roles', { key, name: unique('临时角色'), grants });
  const app = await open({ who: await colleague(api, { roles: [key] }), expected: [403] });
  const { page } = app;
  await app.goto('/customers?new=1');
  const dialog = app.dialog('新建客户');
  await dialog.getByLabel('客户名称').fill(unique('晚了'));
  await api.change('roles', role.id, { grants: { customer: { create: null }, lead: { create: null } } });
  const again = page.waitForResponse((response) => response.url().includes('/start?') && response.status() === 200);
  await dialog.getByRole('button', { name: '创建客户' }).click();
  await again;
  await dialog.getByRole('button', { name: '取消' }).click();
  await page.locator('.nav a[href="/leads"]').click();
  await page.getByRole('heading', { name: '线索' }).waitFor();
  await eventually(async () => assert.equal(await page.getByRole('button', { name: '新建线索' }).count(), 0));
});
