// Editing in the list: by double-click and by keyboard, and when somebody was faster.
import { assert, eventually, test, unique } from '../kit/test.mjs';

const cell = (app, name, column) => app.row(name).locator(`[data-column="${column}"]`);
/** Phone is the third column then. */
const list = (mark) => `/customers?q=${mark}&cols=name,industry,phone,owner_id`;

test('a cell of the list is edited by double-click', { everywhere: true }, async ({ open, api }) => {
  const name = unique('双击');
  const customer = await api.make('customers', { name, phone: '021-5555 0101' });
  const app = await open();
  const { page } = app;
  await app.goto(list(name));
  await app.doubleClick(cell(app, name, 2));
  const box = page.locator('.cell-edit').getByRole('textbox');
  assert.equal(await box.inputValue(), '021-5555 0101');
  await box.fill('021-5555 0199');
  await box.press('Enter');
  await app.toast('已保存').hover();
  await cell(app, name, 2).getByText('021-5555 0199').waitFor();
  await app.toast('已保存').getByRole('button', { name: '撤销' }).click();
  await cell(app, name, 2).getByText('021-5555 0101').waitFor();
  assert.equal((await api.get(`/customers/${customer.id}`)).phone, '021-5555 0101');
  assert.equal(await page.locator('.panel').count(), 0, 'a double click opens nothing');

  await cell(app, name, 2).click();
  await page.locator('.panel').waitFor();
});

test('a cell of the list is edited by keyboard, and Escape leaves it as it was', async ({ open, api }) => {
  const name = unique('键盘');
  const customer = await api.make('customers', { name, phone: '021-5555 0102' });
  const app = await open();
  const { page } = app;
  await app.goto(list(name));
  await page.locator('.table').focus();
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  const box = page.locator('.cell-edit').getByRole('textbox');
  await box.fill('1');
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.className), 'table', 'the keyboard is back in the table');
  await page.keyboard.press('Enter');
  await box.fill('021-5555 0177');
  await page.keyboard.press('Enter');
  await eventually(async () => assert.equal((await api.get(`/customers/${customer.id}`)).phone, '021-5555 0177'));
});

test('a cell that somebody else changed meanwhile asks whose value holds', async ({ open, api }) => {
  const name = unique('冲突');
  const customer = await api.make('customers', { name, phone: '021-5555 0103', industry: '零售' });
  const app = await open({ expected: [412] });
  const { page } = app;
  await app.goto(list(name));
  await app.doubleClick(cell(app, name, 2));
  await api.change('customers', customer.id, { phone: '021-5555 0188', region: '华东' });
  const box = page.locator('.cell-edit').getByRole('textbox');
  await box.fill('021-5555 0166');
  await box.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('021-5555 0188').waitFor();
  assert.equal(await dialog.locator('.plain li').count(), 0, 'what the list does not hold is not called changed');
  await dialog.getByRole('button', { name: '按选择保存' }).click();
  await cell(app, name, 2).getByText('021-5555 0166').waitFor();
  assert.equal((await api.get(`/customers/${customer.id}`)).phone, '021-5555 0166');
});
