// The columns of a list: as wide as what stands in them, as the person makes them, and cards where there is no room for any.
import { PHONE } from '../kit/app.mjs';
import { undersized } from '../kit/inspect.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const head = (page, label) => page.getByRole('columnheader', { name: label });
const width = async (locator) => Math.round((await locator.boundingBox()).width);
/** Pixels are whole there, and parts of one here. */
const near = (a, b) => assert.ok(Math.abs(a - b) <= 1, `${a} is not ${b}`);
const labels = async (page) => (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());

/** Cells of the rows shown in which something does not fit, as the texts in them. */
const cut = (page) => page.locator('.tbody').evaluate((body) => {
  const narrow = (element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'hidden';
  return [...body.querySelectorAll('.td')].filter((cell) => [cell, ...cell.querySelectorAll('*')].some(narrow)).map((cell) => cell.innerText);
});

test('columns: dates, telephone numbers and amounts are never cut, a name takes no more room than it needs', async ({ open, api }) => {
  const word = unique('宽');
  const phones = ['021-5555 0101', '+86 138 0013 8001', '+49 221 5550101234'];
  for (const [i, phone] of phones.entries()) {
    await api.make('customers', { name: `${word}${i}`, phone, annual_revenue: { amount: '123456789012.34', currency: 'CNY' }, next_follow_up_at: '2025-11-30T02:00:00Z', industry: '制造' });
  }
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}`);
  assert.deepEqual(await cut(page), []);
  // What is in the table takes the room that there is, by what each column needs.
  const [name, phone] = [await width(head(page, '客户名称')), await width(head(page, '电话'))];
  assert.ok(name < 2 * phone, `the name takes ${name}, the number ${phone}`);
  await app.goto(`/customers?q=${word}&cols=name,phone,annual_revenue,next_follow_up_at,last_activity_at,created_at,updated_at,email,website,address,number,region,source,tags`);
  assert.deepEqual(await cut(page), []);
  const table = page.locator('.table');
  assert.ok(await table.evaluate((e) => e.scrollWidth > e.clientWidth), 'what does not fit is scrolled to');
  await table.evaluate((e) => { e.scrollLeft = e.scrollWidth; });
  const first = await app.row(`${word}0`).getByRole('rowheader').boundingBox();
  const left = (await table.boundingBox()).x;
  assert.ok(Math.abs(first.x - left) < 2, 'the name stays in sight');
});

test('columns: a row that comes by scrolling, with a longer number, is not cut', async ({ open, api }) => {
  const word = unique('长');
  const operations = Array.from({ length: 80 }, (_, i) => ({ method: 'create', body: { name: `${word}-${String(i).padStart(2, '0')}`, phone: i < 70 ? '5555 0101' : '+49 221 5550101234' } }));
  await api.call('POST', '/customers/batch', { operations });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}&sort=name`);
  await page.locator('.table').focus();
  await page.keyboard.press('End');
  await app.row(`${word}-79`).waitFor();
  await eventually(async () => assert.deepEqual(await cut(page), []));
});

test('columns: widths and order that a person makes are remembered for them, on other machines too', async ({ open, api }) => {
  const word = unique('序');
  await api.make('customers', { name: word, phone: '021-5555 0101' });
  const who = await colleague(api, { roles: ['owner'] });
  const app = await open({ who });
  const { page } = app;
  // What the server has of it.
  let mark = {};
  page.on('request', (request) => { if (request.url().endsWith('/views/marks/customer/all')) mark = request.postDataJSON(); });
  const kept = () => mark;
  const { kinds } = await api.get('/schema?language=zh-CN');
  const labelOf = Object.fromEntries(kinds.find(({ kind }) => kind === 'customer').fields.map((field) => [field.name, field.label]));
  await app.goto(`/customers?q=${word}`);
  const begun = await labels(page);
  // By hand.
  const box = await head(page, '电话').boundingBox();
  const at = { x: box.x + box.width - 3, y: box.y + box.height / 2 };
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 60, at.y, { steps: 4 });
  await page.mouse.up();
  await eventually(async () => near(await width(head(page, '电话')), box.width + 60));
  const [from, to] = [await head(page, '级别').boundingBox(), await head(page, '状态').boundingBox()];
  await page.mouse.move(from.x + 20, from.y + 18);
  await page.mouse.down();
  await page.mouse.move(to.x + 20, to.y + 18, { steps: 6 });
  await page.mouse.up();
  await eventually(async () => assert.deepEqual((await labels(page)).slice(0, 3), ['客户名称', '级别', '状态']));
  assert.equal(await page.locator('[aria-sort=ascending], [aria-sort=descending]').count(), 0, 'a drag is no click');
  // By keys.
  // Nothing sorts by it: its head has the keyboard itself.
  const level = () => head(page, '级别');
  await level().focus();
  await page.keyboard.press('Alt+ArrowRight');
  await eventually(async () => assert.deepEqual((await labels(page)).slice(0, 3), ['客户名称', '状态', '级别']));
  await eventually(async () => assert.ok(await level().evaluate((e) => e === document.activeElement)));
  const before = await width(head(page, '级别'));
  await page.keyboard.press('Shift+ArrowRight');
  await eventually(async () => near(await width(head(page, '级别')), before + 16));
  await page.keyboard.press('Alt+ArrowRight');
  await eventually(async () => assert.notDeepEqual(await labels(page), begun));
  const [order, phone] = [await labels(page), await width(head(page, '电话'))];

  await eventually(async () => assert.deepEqual((await kept()).columns.map((name) => labelOf[name]), order));
  assert.ok(!page.url().includes('cols='), 'they are in no link');
  const elsewhere = await open({ who });
  await elsewhere.goto('/customers');
  assert.deepEqual(await labels(elsewhere.page), order);
  near(await width(head(elsewhere.page, '电话')), phone);
  const other = await open({ who: await colleague(api, { roles: ['owner'] }) });
  await other.goto('/customers');
  assert.deepEqual(await labels(other.page), begun, 'nobody else sees it');
  // A column can be as wide again as what is in it.
  await head(page, '电话').hover();
  const now = await head(page, '电话').boundingBox();
  await page.mouse.dblclick(now.x + now.width - 3, now.y + 18);
  await eventually(async () => assert.notEqual(await width(head(page, '电话')), phone));
});

test('columns: those of a view are the view\'s, saved with it and changed for nobody before', async ({ open, api }) => {
  const word = unique('视列');
  const team = await api.make('teams', { name: unique('队') });
  const [who, mate] = [await colleague(api, { team_id: team.id }), await colleague(api, { team_id: team.id })];
  for (const { id } of [who, mate]) await api.make('customers', { name: `${word}户`, phone: '021-5555 0101', owner_id: id });
  const app = await open({ who });
  const { page } = app;
  await app.goto('/customers?cols=name,status,phone');
  await page.locator('.view-bar').getByRole('button', { name: '另存为视图' }).click();
  await page.getByLabel('名称').fill(word);
  await page.getByLabel('可见范围').selectOption('team');
  await page.getByRole('button', { name: '保存' }).click();
  await page.waitForURL(/view=/);
  const theirs = await open({ who: mate });
  await theirs.goto(new URL(page.url()).pathname + new URL(page.url()).search);
  assert.deepEqual(await labels(theirs.page), ['客户名称', '状态', '电话']);
  // In the menu, by keys, where there are no heads to drag.
  await page.getByRole('button', { name: '列', exact: true }).click();
  await page.locator('.menu').getByRole('button', { name: '上移 电话' }).focus();
  await page.keyboard.press('Enter');
  await eventually(async () => assert.deepEqual(await labels(page), ['客户名称', '电话', '状态']));
  await page.keyboard.press('Escape');
  await page.getByText('有未保存的更改').waitFor();
  const phone = head(page, '电话');
  const before = await width(phone);
  await phone.focus();
  await page.keyboard.press('Shift+ArrowRight');
  await eventually(async () => near(await width(phone), before + 16));
  await theirs.page.reload();
  await theirs.settled();
  assert.deepEqual(await labels(theirs.page), ['客户名称', '状态', '电话'], 'not saved yet');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await eventually(async () => assert.equal(await page.getByText('有未保存的更改').count(), 0));
  await theirs.page.reload();
  await theirs.settled();
  assert.deepEqual(await labels(theirs.page), ['客户名称', '电话', '状态']);
  near(await width(head(theirs.page, '电话')), before + 16);
});

test('columns: on a phone a row is a card with the fields that matter, sorted from the toolbar, all wide enough for a thumb', async ({ open, api }) => {
  const word = unique('卡');
  const customer = await api.make('customers', { name: `${word}甲`, status: 'following', phone: '021-5555 0101', next_follow_up_at: '2025-11-30T02:00:00Z', level: 'A', industry: '制造' });
  await api.make('customers', { name: `${word}乙` });
  const app = await open({ viewport: PHONE, touch: true });
  const { page } = app;
  await app.goto(`/customers?q=${word}`);
  const card = app.row(`${word}甲`);
  for (const text of ['跟进中', '021-5555 0101', '电话', '下次跟进']) await card.getByText(text).waitFor();
  assert.equal(await page.getByRole('columnheader').count(), 0);
  assert.equal(await card.getByText('制造').count(), 0, 'no more than matters');
  const size = await card.boundingBox();
  assert.ok(size.width > 360 && size.height >= 44, JSON.stringify(size));
  assert.ok(await page.locator('.table').evaluate((e) => e.scrollWidth <= e.clientWidth), 'nothing is scrolled sideways');
  assert.deepEqual(await undersized(page), []);
  await page.getByRole('button', { name: '排序' }).tap();
  assert.deepEqual(await undersized(page), []);
  await page.locator('.menu').getByRole('button', { name: '客户名称' }).first().tap();
  await page.waitForURL(/sort=name/);
  await eventually(async () => assert.match(await page.locator('.tbody [role=row]').first().innerText(), new RegExp(`${word}甲`)));
  await card.tap();
  await page.waitForURL(`**/customers/${customer.id}`);
});
