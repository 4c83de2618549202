// A file taken for the wrong encoding or delimiter is read again as the person says.
import { assert, eventually, test, unique } from '../kit/test.mjs';

test('the encoding and the delimiter of a file can be corrected', async ({ open, api }) => {
  const mark = unique('x');
  const app = await open();
  const { page } = app;
  await app.goto('/import?kind=customers');
  // UTF-8 with semicolons.
  const buffer = Buffer.from(`客户名称;联系电话\n龙腾${mark};010-66668888\n`);
  await page.locator('input[type=file]').setInputFiles({ name: '客户.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: '读取文件' }).click();
  const [encoding, delimiter] = [page.getByLabel('编码'), page.getByLabel('分隔符')];
  await page.getByText(`龙腾${mark}`).waitFor();
  await eventually(async () => assert.deepEqual([await encoding.inputValue(), await delimiter.inputValue()], ['UTF-8', ';']));

  await delimiter.selectOption({ label: '逗号' });
  await page.getByText(`龙腾${mark};010-66668888`).waitFor();
  await encoding.selectOption('Big5');
  await page.locator('.form-error, .map').filter({ hasNotText: `龙腾${mark}` }).first().waitFor();

  await encoding.selectOption('UTF-8');
  await page.getByText(`龙腾${mark}`).waitFor();
  await delimiter.selectOption({ label: '分号' });
  await page.getByText('010-66668888', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('客户名称').inputValue(), 'name');
  await page.getByRole('button', { name: '试运行' }).click();
  await page.getByText('试运行结果').waitFor();
  await page.getByRole('button', { name: '开始导入' }).click();
  await page.getByRole('heading', { name: '导入完成' }).waitFor();
  assert.deepEqual((await api.list(`/customers?q=${mark}`)).map(({ name, phone }) => [name, phone]), [[`龙腾${mark}`, '010-66668888']]);
});
