// The app comes in parts: what a screen needs is fetched when it is first opened, or ahead of that once the first one stands.
import { assert, eventually, test, unique } from '../kit/test.mjs';

/** Whether the browser fetches it for later. */
const isAhead = async (request) => (await request.allHeaders())['sec-purpose'] === 'prefetch';

/** Files of code that a page has asked for so far, those that it fetched ahead or all others. */
function watched(page) {
  const requests = [];
  page.on('request', (request) => requests.push(request));
  return async ({ ahead = false } = {}) => {
    const names = await Promise.all(requests.map(async (request) => (await isAhead(request)) === ahead && request.url().match(/\/assets\/app-\w+\/(\w+\.wasm)$/)?.[1]));
    return names.filter(Boolean);
  };
}

/** What the browser and the loader log of a part that a test keeps away. */
function forgive(app) {
  app.faults = app.faults.filter((fault) => !/Failed to (fetch|load)|HTTP status code is not ok|WebAssembly/.test(fault));
}

const PARTS = /\/assets\/app-\w+\/(chunk|split)_\w+\.wasm$/;
const CODE = /\/assets\/app-\w+\//;

test('home is there with the first part alone, and a list asks for no part but its own', async ({ open, api }) => {
  const name = unique('分批');
  await api.make('customers', { name });
  const app = await open();
  const fetched = watched(app.page);
  await app.goto('/');
  assert.deepEqual(await fetched(), ['app_bg.wasm']);
  await app.page.getByRole('link', { name: '客户', exact: true }).click();
  await app.row(name).waitFor();
  const forList = await fetched();
  assert.ok(forList.includes('split_list.wasm'), forList.join(' '));
  assert.ok(!forList.includes('split_work.wasm') && !forList.includes('split_manage.wasm'), forList.join(' '));
  // What is opened beside it is the second part's, and nothing is asked for twice.
  await app.row(name).click();
  await app.page.locator('.panel').getByRole('heading', { name }).waitFor();
  const all = await fetched();
  assert.ok(all.includes('split_work.wasm'), all.join(' '));
  assert.equal(new Set(all).size, all.length, all.join(' '));
});

test('once the first screen stands, all parts are fetched ahead, so that a screen opens without the network', async ({ open }) => {
  const app = await open({ offline: true });
  const { page } = app;
  const fetched = watched(page);
  await app.goto('/');
  await eventually(async () => {
    const files = await fetched({ ahead: true });
    for (const part of ['list', 'work', 'manage']) assert.ok(files.includes(`split_${part}.wasm`), files.join(' '));
  });
  await page.waitForLoadState('networkidle');
  await app.context.setOffline(true);
  await page.getByRole('link', { name: '客户', exact: true }).click();
  await page.getByRole('heading', { name: '客户' }).waitFor();
  await page.getByRole('link', { name: '任务', exact: true }).click();
  await page.getByRole('heading', { name: '任务' }).waitFor();
});

for (const [locale, words] of Object.entries({
  'zh-CN': { list: '客户', failed: '加载失败', text: '没能从服务器取得这个页面', again: '重试', updated: '系统已更新', old: '当前打开的还是更新前的版本', reload: '重新加载', home: '首页' },
  en: { list: 'Customers', failed: 'Could not load this', text: 'could not be fetched from the server', again: 'Try again', updated: 'Guanxi has been updated', old: 'the one from before', reload: 'Reload', home: 'Home' },
})) {
  test(`a part that cannot be fetched says so, and is fetched when it is asked for again (${locale})`, async ({ open, api }) => {
    const name = unique('断');
    await api.make('customers', { name });
    const app = await open({ locale });
    const { page } = app;
    await page.route(PARTS, (route) => route.abort());
    await app.goto('/');
    const to = (name) => page.getByRole('link', { name, exact: true }).click();
    await to(words.list);
    const alert = page.locator('main').getByRole('alert');
    await alert.getByText(words.failed).waitFor();
    await alert.getByText(words.text).waitFor();
    await alert.getByRole('button', { name: words.reload }).waitFor();
    // Still away, it says so again; opened again or tried again, it comes.
    await alert.getByRole('button', { name: words.again }).click();
    await alert.getByText(words.failed).waitFor();
    await to(words.home);
    await alert.waitFor({ state: 'detached' });
    await to(words.list);
    await alert.getByText(words.failed).waitFor();
    await page.unroute(PARTS);
    await alert.getByRole('button', { name: words.again }).click();
    await app.row(name).waitFor();
    forgive(app);
  });

  test(`a part that an update of the server has taken away says so, and a reload brings the new one (${locale})`, async ({ open, api }) => {
    const name = unique('新版');
    await api.make('customers', { name });
    const app = await open({ locale, expected: [404] });
    const { page } = app;
    await app.goto('/');
    await page.route(CODE, (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: words.list, exact: true }).click();
    const alert = page.locator('main').getByRole('alert');
    await alert.getByText(words.updated).waitFor();
    await alert.getByText(words.old).waitFor();
    assert.equal(await alert.getByRole('button', { name: words.again }).count(), 0, 'trying again would not help');
    await page.unroute(CODE);
    await alert.getByRole('button', { name: words.reload }).click();
    await app.row(name).waitFor();
    forgive(app);
  });
}

test('a record whose part cannot be fetched says so beside its list, and the list stays usable', async ({ open, api }) => {
  const name = unique('旁');
  await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  const work = /split_work\.wasm$/;
  await page.route(work, (route) => route.abort());
  await app.goto(`/customers?q=${name}`);
  await app.row(name).click();
  const panel = page.locator('.panel');
  await panel.getByText('加载失败').waitFor();
  await panel.getByRole('button', { name: '关闭' }).click();
  await panel.waitFor({ state: 'detached' });
  await page.unroute(work);
  await app.row(name).click();
  await panel.getByRole('heading', { name }).waitFor();
  forgive(app);
});

/** kB that may travel before home stands and before a list can be used: code and styles, no answers. */
const BUDGETS = { '/': 250, '/customers': 400 };

for (const [path, most] of Object.entries(BUDGETS)) {
  test(`${path} weighs at most ${most} kB when it is opened first`, async ({ open, api }) => {
    const { name } = await api.make('customers', { name: unique('轻') });
    const app = await open();
    const requests = [];
    app.page.on('request', (request) => requests.push(request));
    await app.goto(path);
    if (path !== '/') await app.row(name).waitFor();
    let bytes = 0;
    let encoding;
    for (const request of requests) {
      if (request.url().includes('/api/') || (await isAhead(request))) continue;
      bytes += (await request.sizes()).responseBodySize;
      if (request.url().endsWith('/app_bg.wasm')) encoding = await (await request.response()).headerValue('content-encoding');
    }
    const kB = bytes / 1000;
    console.log(`        ${path}: ${kB.toFixed(1)} kB`);
    // An app built for development is not compressed, and its weight says nothing.
    if (encoding !== 'br') return console.log('        built for development: not held to its budget');
    assert.ok(kB <= most, `${kB.toFixed(1)} kB`);
  });
}
