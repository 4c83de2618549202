// The import wizard with a file as Chinese Excel writes it: GBK, Chinese headers, one row in error.
import { readFile } from 'node:fs/promises';
import { assert, eventually, test, unique } from '../kit/test.mjs';

/** Text in GBK: the platform only decodes, so its table is turned round. */
function gbk(text) {
  const decoder = new TextDecoder('gbk');
  const codes = new Map();
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) if (low !== 0x7f) codes.set(decoder.decode(new Uint8Array([high, low])), [high, low]);
  }
  return Buffer.from([...text].flatMap((character) => (character < '\x80' ? character.charCodeAt(0) : codes.get(character))));
}

test('a GBK file is mapped by itself, tried, imported, and its bad rows are handed back', { everywhere: true }, async ({ open, api }) => {
  const mark = unique('导入');
  const rows = ['客户名称,联系电话,所属行业,电子邮箱', `龙腾${mark},010-66668888,制造,long@example.com`, `虎跃${mark},021-66669999,零售,hu@example.com`, `坏行${mark},,零售,不是邮箱`];
  const app = await open();
  const { page } = app;
  await app.goto('/import?kind=customers');
  await page.locator('input[type=file]').setInputFiles({ name: '客户.csv', mimeType: 'text/csv', buffer: gbk(`${rows.join('\r\n')}\r\n`) });
  await page.getByRole('button', { name: '读取文件' }).click();
  await page.getByText('请确认每一列对应哪个字段').waitFor();
  for (const [header, field] of [['客户名称', 'name'], ['联系电话', 'phone'], ['所属行业', 'industry'], ['电子邮箱', 'email']]) {
    assert.equal(await page.getByLabel(header).inputValue(), field, `${header} is guessed`);
  }
  await page.getByText(`龙腾${mark}`).waitFor();

  const stat = async (name) => (await page.locator('.stat', { hasText: name }).locator('b').innerText()).trim();
  await page.getByRole('button', { name: '试运行' }).click();
  await page.getByText('试运行结果').waitFor();
  assert.deepEqual([await stat('总行数'), await stat('将新建'), await stat('有错误')], ['3', '2', '1']);
  assert.equal((await api.list(`/customers?q=${mark}`)).length, 0, 'nothing is written by a trial');

  await page.getByRole('button', { name: '开始导入' }).click();
  await page.getByRole('heading', { name: '导入完成' }).waitFor();
  assert.deepEqual([await stat('已新建'), await stat('有错误')], ['2', '1']);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载未导入的行' }).click()]);
  const errors = await readFile(await file.path(), 'utf8');
  assert.match(errors, new RegExp(`坏行${mark}`));
  assert.doesNotMatch(errors, new RegExp(`龙腾${mark}`));
  const names = (await api.list(`/customers?q=${mark}&sort=name`)).map(({ name }) => name);
  assert.deepEqual(names, [`虎跃${mark}`, `龙腾${mark}`]);
  // Taken back as a whole, and that taken back too.
  await page.getByRole('button', { name: '撤销导入' }).click();
  await app.dialog('撤销这次更改？').getByText('客户：新建 2').waitFor();
  await app.dialog('撤销这次更改？').getByRole('button', { name: '撤销', exact: true }).click();
  await app.toast('已撤销 2 条').hover();
  assert.equal((await api.list(`/customers?q=${mark}`)).length, 0);
  await app.toast('已撤销 2 条').getByRole('button', { name: '撤销' }).click();
  await eventually(async () => assert.equal((await api.list(`/customers?q=${mark}`)).length, 2));
  await page.getByRole('button', { name: '查看记录' }).click();
  // Others make customers meanwhile: looked for, since the list shows the newest.
  await page.getByRole('searchbox').fill(mark);
  await app.row(`龙腾${mark}`).waitFor();
});

test('after an import of users or holidays, the way leads to the settings they stand in', async ({ open }) => {
  const app = await open();
  const { page } = app;
  const day = '2041-05-01';
  await app.goto('/import?kind=holidays');
  await page.locator('input[type=file]').setInputFiles({ name: '假日.csv', mimeType: 'text/csv', buffer: Buffer.from(`日期,名称,类型\n${day},劳动节,holiday\n`) });
  for (const step of ['读取文件', '试运行', '开始导入', '查看记录']) await page.getByRole('button', { name: step }).click();
  await page.waitForURL('**/settings/holidays');
});
