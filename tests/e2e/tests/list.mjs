// The list itself: its columns, its search box, its keys, and what it says when a page does not come.
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

test('cells stand under their headings when other columns are chosen, as many as before', async ({ open, api }) => {
  const name = unique('列');
  await api.make('customers', { name, phone: '021-5555 0808', website: 'lie.example.cn' });
  // What somebody makes of the columns is theirs, and kept.
  const app = await open({ who: await colleague(api, { roles: ['owner'] }) });
  const { page } = app;
  await app.goto(`/customers?q=${name}&cols=name,number,kind,website,region,source,email,address`);
  await app.row(name).locator('[data-column="3"]').getByText('lie.example.cn').waitFor();
  await page.getByRole('button', { name: '列', exact: true }).click();
  await page.getByRole('button', { name: '恢复默认列' }).click();
  const heads = page.getByRole('columnheader');
  await heads.filter({ hasText: '电话' }).waitFor();
  const at = (await heads.allInnerTexts()).findIndex((text) => text.includes('电话'));
  await app.row(name).locator(`[data-column="${at}"]`).getByText('021-5555 0808').waitFor();
  assert.equal(await app.row(name).getByText('lie.example.cn').count(), 0);
});

test('the search box keeps what is typed, and waits for an input method', async ({ open, api }) => {
  const name = `${unique('Acme')} 海洋`;
  await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto('/customers');
  const box = page.getByRole('searchbox');
  const [first] = name.split(' ');
  await box.pressSequentially(`${first} `);
  // A pause between two keys may have begun the search with part of the word.
  await page.waitForURL((url) => url.searchParams.get('q') === first);
  await app.row(name).waitFor();
  assert.equal(await box.inputValue(), `${first} `, 'the space before the next word stays');
  const input = await app.context.newCDPSession(page);
  const before = page.url();
  await input.send('Input.imeSetComposition', { text: 'haiy', selectionStart: 4, selectionEnd: 4 });
  await page.waitForTimeout(500);
  assert.equal(page.url(), before, 'half a word in pinyin is not searched for');
  await input.send('Input.insertText', { text: '海洋' });
  await eventually(() => assert.equal(new URL(page.url()).searchParams.get('q'), name));
  await app.row(name).waitFor();
});

test('Ctrl-K leaves the row of the table where it is', async ({ open, api }) => {
  const word = unique('行');
  for (const name of ['甲', '乙', '丙']) await api.make('customers', { name: `${name}${word}` });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}&sort=name`);
  await page.locator('.table').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'Control+k', 'Escape']) await page.keyboard.press(key);
  assert.equal(await page.locator('.tbody [aria-selected=true]').getAttribute('aria-rowindex'), '3');
});

test('a page that does not come leaves the rows, and can be asked for again', async ({ open, api }) => {
  const word = unique('翻页');
  for (let n = 0; n < 110; n += 55) {
    await api.call('POST', '/customers/batch', { operations: Array.from({ length: 55 }, (_, i) => ({ method: 'create', body: { name: `${word}-${n + i}` } })) });
  }
  const app = await open({ expected: [503] });
  const { page } = app;
  let broken = true;
  await page.route('**/api/v1/customers?**cursor=**', (route) => (broken ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable"}' }) : route.continue()));
  await app.goto(`/customers?q=${word}&sort=name`);
  await page.locator('.table').focus();
  await page.keyboard.press('End');
  const line = page.locator('.stuck');
  await line.waitFor();
  await app.row(`${word}-8`).first().waitFor();
  broken = false;
  await line.getByRole('button', { name: '重试' }).click();
  await line.waitFor({ state: 'detached' });
  await page.keyboard.press('End');
  await eventually(async () => assert.equal(await page.locator('.table').getAttribute('aria-rowcount'), '111'));
});

test('addresses of the bin lead to the bin of their kind, or nowhere', async ({ open }) => {
  const app = await open();
  const { page } = app;
  await app.goto('/bin/exchange-rates');
  await page.getByRole('link', { name: '汇率', exact: true }).and(page.locator('[aria-current=page]')).waitFor();
  await app.goto('/bin/nonsense');
  await page.getByText('页面不存在').waitFor();
});

test('the cards that a column leaves out are found in the list with the same filters', async ({ open, api }) => {
  const pipeline = await api.pipeline(unique('剩余'), ['第一步']);
  const app = await open();
  const { page } = app;
  await page.route('**/board?**', async (route) => {
    const response = await route.fetch();
    const board = await response.json();
    board.stages[0].count += 5;
    await route.fulfill({ response, json: board });
  });
  await app.goto(`/pipeline?pipeline=${pipeline.id}&q=年度&filter[owner_id]=${api.me.id}`);
  const { searchParams } = new URL(await page.locator('.board-rest').first().getAttribute('href'), app.server.url);
  assert.deepEqual(Object.fromEntries(searchParams), { 'filter[stage_id]': pipeline.stages[0].id, 'filter[status]': 'open', 'filter[owner_id]': api.me.id, q: '年度' });
});

test('the bar of nobody leads to the deals that nobody owns', async ({ open }) => {
  const app = await open();
  const { page } = app;
  const worth = { amount: '100.00', currency: 'CNY' };
  const row = { owner: null, won_value: worth, won_count: 1, open_value: worth, open_count: 1 };
  await page.route('**/api/v1/reports/sales-by-owner', (route) => route.fulfill({ json: { data: [row] } }));
  await app.goto('/');
  await page.getByRole('link', { name: '无负责人' }).click();
  await app.settled();
  assert.equal(new URL(page.url()).searchParams.get('filter[owner_id][is_null]'), 'true');
  await page.getByText('负责人为空').waitFor();
});
