// A list as a file: what is chosen in the dialog, what the file holds, and where it is found again.
import { readFile } from 'node:fs/promises';
import { PHONE } from '../kit/app.mjs';
import { sideways, undersized, violations } from '../kit/inspect.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, test, unique } from '../kit/test.mjs';

async function customers(api, word) {
  for (const [letter, level, phone] of [['甲', 'A', '021-5555 0101'], ['乙', 'B', '+86 13800138001'], ['丙', 'A', '']]) {
    await api.make('customers', { name: `${letter}${word}`, level, ...(phone && { phone }) });
  }
}

/** Opens the dialog by the menu of the list. */
async function begin(app, [more, word] = ['更多操作', '导出']) {
  await app.page.locator('.page-actions').getByRole('button', { name: more }).click();
  await app.page.locator('.menu').getByRole('button', { name: word, exact: true }).click();
  const dialog = app.page.getByRole('dialog');
  await dialog.waitFor();
  await app.settled();
  return dialog;
}

/** Presses what downloads, and reads what the browser has kept. */
async function kept(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** What the list shows, cell by cell. */
const shown = (page) => page.locator('.tbody [role=row]').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll(':is([role=cell], [role=gridcell], [role=rowheader])')].map((cell) => cell.innerText.trim())));

test('the file of a filtered list holds its rows in its order and its columns', { everywhere: true }, async ({ open, api }) => {
  const word = unique('导出');
  await customers(api, word);
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}&filter[level]=A&sort=name&cols=name,level,phone`);
  const dialog = await begin(app);
  await dialog.getByText('将导出 2 条').waitFor();
  await dialog.getByLabel('文件格式').selectOption('csv');
  await dialog.getByRole('button', { name: '导出', exact: true }).click();
  await dialog.getByText('已导出 2 条').waitFor();
  const { name, bytes } = await kept(page, dialog.getByRole('button', { name: '下载' }));
  assert.match(name, /^客户 \d{4}-\d\d-\d\d\.csv$/);
  const text = bytes.toString('utf8');
  assert.equal(text, `\ufeff客户名称,级别,电话\n丙${word},A,\n甲${word},A,021-5555 0101\n`);
  const cells = await shown(page);
  for (const line of text.trim().split('\n').slice(1)) {
    const row = cells.find((row) => row.some((cell) => cell.includes(line.split(',')[0])));
    for (const value of line.split(',').filter(Boolean)) assert.ok(row?.some((cell) => cell.includes(value)), `${value} in ${row}`);
  }
  assert.equal(cells.length, 2);

  // The same as a national standard has it, and with all fields.
  await dialog.getByRole('button', { name: '关闭' }).last().click();
  const again = await begin(app);
  await again.getByLabel('文件格式').selectOption('csv');
  await again.getByLabel('编码').selectOption('gb18030');
  await again.getByLabel('全部字段').check();
  await again.getByRole('button', { name: '导出', exact: true }).click();
  const other = await kept(page, again.getByRole('button', { name: '下载' }));
  const lines = new TextDecoder('gb18030').decode(other.bytes).trim().split('\n');
  assert.ok(lines[0].startsWith('客户名称,') && lines[0].includes('网站') && lines.length === 3, lines[0]);
  await again.getByRole('button', { name: '关闭' }).last().click();

  // Found again among one's own exports, for as long as the file is there.
  await app.goto('/exports');
  const line = page.locator('.exports .line', { hasText: name }).first();
  await line.getByText('已完成').waitFor();
  const third = await kept(page, line.getByRole('button', { name: `下载“${name}”` }));
  assert.equal(third.name, name);
  assert.deepEqual([third.bytes.equals(bytes), third.bytes.equals(other.bytes)].filter(Boolean).length, 1);
});

test('a list is exported as a workbook and as lines of JSON, in the language of the person', async ({ open, api }) => {
  const word = unique('export');
  await customers(api, word);
  const app = await open({ locale: 'en-US', viewport: PHONE, touch: true });
  const { page } = app;
  await app.goto(`/customers?q=${word}`);
  const english = ['More actions', 'Export'];
  let dialog = await begin(app, english);
  await dialog.getByText('3 records will be exported').waitFor();
  assert.deepEqual([await sideways(page), await undersized(page), await violations(page)], [[], [], []]);
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog.getByText('3 records exported').waitFor();
  const book = await kept(page, dialog.getByRole('button', { name: 'Download' }));
  assert.match(book.name, /^Customer \d{4}-\d\d-\d\d\.xlsx$/);
  assert.equal(book.bytes.subarray(0, 2).toString(), 'PK');
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  dialog = await begin(app, english);
  await dialog.getByLabel('File format').selectOption('jsonl');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const lines = await kept(page, dialog.getByRole('button', { name: 'Download' }));
  const names = lines.bytes.toString('utf8').trim().split('\n').map((line) => JSON.parse(line).name);
  assert.deepEqual(names, (await api.list(`/customers?q=${word}`)).map(({ name }) => name));
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await app.goto('/exports');
  await page.locator('.exports .line').first().waitFor();
  assert.deepEqual([await sideways(page), await undersized(page), await violations(page)], [[], [], []]);
});

test('who may not export is not offered it, and a view is exported as it stands', async ({ open, api }) => {
  const word = unique('视图');
  await customers(api, word);
  const view = await api.make('views', { kind: 'customer', name: word, filter: { field: 'name', op: 'contains', value: word }, columns: ['name', 'level'], sort: '-name', shared: 'all' });
  // Which view somebody opened last is kept for them.
  const app = await open({ who: await colleague(api, { roles: ['owner'], locale: 'zh-CN' }) });
  await app.goto(`/customers?view=${view.id}&filter[level]=A`);
  const dialog = await begin(app);
  await dialog.getByLabel('文件格式').selectOption('csv');
  await dialog.getByRole('button', { name: '导出', exact: true }).click();
  const { bytes } = await kept(app.page, dialog.getByRole('button', { name: '下载' }));
  assert.equal(bytes.toString('utf8'), `\ufeff客户名称,级别\n甲${word},A\n丙${word},A\n`);
  await api.call('DELETE', `/views/${view.id}`, undefined, { 'If-Match': '*' });

  const [sales] = await api.list('/roles?filter[key]=sales');
  const grants = Object.fromEntries(Object.entries(sales.grants).map(([kind, actions]) => [kind, { ...actions, export: 'none' }]));
  const role = await api.make('roles', { name: unique('不导出'), grants });
  const who = await colleague(api, { roles: [role.key ?? role.id] });
  const other = await open({ who });
  await other.goto('/customers');
  await other.page.locator('.page-actions').getByRole('button', { name: '更多操作' }).click();
  assert.equal(await other.page.locator('.menu').getByText('导出', { exact: true }).count(), 0);
  assert.equal(await other.page.locator('.nav').getByText('导出文件').count(), 0);
});

test('a contact is kept as a card, and a list of contacts as a file of cards', async ({ open, api }) => {
  const word = unique('名片');
  const contact = await api.make('contacts', { name: `王${word}`, phone: '13800138001', email: 'wang@example.cn' });
  const app = await open();
  const { page } = app;
  await app.goto(`/contacts/${contact.id}`);
  await page.locator('.record-head').getByRole('button', { name: '更多操作' }).click();
  const card = await kept(page, page.locator('.menu').getByRole('button', { name: '下载名片（vCard）' }));
  assert.equal(card.name, `王${word}.vcf`);
  const text = card.bytes.toString('utf8');
  for (const line of ['BEGIN:VCARD', 'VERSION:3.0', `FN:王${word}`, 'TEL;TYPE=CELL,VOICE:13800138001', 'END:VCARD']) assert.ok(text.includes(`${line}\r\n`), `${line} in ${text}`);

  await app.goto(`/contacts?q=${word}`);
  const dialog = await begin(app);
  await dialog.getByLabel('文件格式').selectOption('vcard');
  assert.equal(await dialog.getByLabel('全部字段').count(), 0);
  await dialog.getByRole('button', { name: '导出', exact: true }).click();
  const cards = await kept(page, dialog.getByRole('button', { name: '下载' }));
  assert.match(cards.name, /\.vcf$/);
  assert.equal(cards.bytes.toString('utf8'), text);
});
