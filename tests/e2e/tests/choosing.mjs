// Boxes in which a record is chosen: what is taken is what was meant, also with an input method, also among namesakes.
import { colleague } from '../kit/people.mjs';
import { assert, held, test, unique } from '../kit/test.mjs';

/** Enter as an input method sends it while it offers words. */
const enterWhileComposing = (box) => box.evaluate((e) => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })));

test('Enter takes nothing that was found for other words', async ({ open, api }) => {
  const [old, meant] = [unique('旧友'), unique('新朋')];
  for (const name of [old, meant]) await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto('/contacts?new=1');
  const dialog = app.dialog('新建联系人');
  const box = dialog.getByLabel('客户', { exact: true });
  await box.fill(old);
  await dialog.getByRole('option', { name: old }).waitFor();
  const answer = await held(page, { path: '**/api/v1/customers?**', method: 'GET' });
  await box.fill(meant);
  await box.press('Enter');
  assert.equal(await box.inputValue(), meant, 'nothing is chosen yet');
  answer.release();
  await dialog.getByRole('option', { name: meant }).waitFor();
  await enterWhileComposing(box);
  assert.equal(await dialog.getByRole('option', { name: meant }).count(), 1, 'Enter belongs to the input method');
  await box.press('Enter');
  await dialog.getByRole('option', { name: meant }).waitFor({ state: 'detached' });
  assert.equal(await box.inputValue(), meant);
});

test('Enter in the palette opens nothing that was found for other words', async ({ open, api }) => {
  const [old, meant] = [unique('旧识'), unique('新知')];
  for (const name of [old, meant]) await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto('/');
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox');
  await box.fill(old);
  await page.getByRole('option', { name: old }).waitFor();
  const answer = await held(page, { path: '**/api/v1/search?**', method: 'GET' });
  await box.fill(meant);
  await box.press('Enter');
  answer.release();
  await page.getByRole('option', { name: meant }).waitFor();
  await enterWhileComposing(box);
  assert.equal(new URL(page.url()).pathname, '/');
  await box.press('Enter');
  await page.getByRole('heading', { name: meant }).waitFor();
});

test('an activity or a task found in the palette opens where it stands', async ({ open, api }) => {
  const word = unique('暗号');
  const customer = await api.make('customers', { name: unique('出处') });
  await api.make('activities', { kind: 'note', body: `谈到${word}`, customer_id: customer.id });
  const app = await open();
  const { page } = app;
  await app.goto('/');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(word);
  await page.getByRole('option', { name: customer.name }).click();
  await page.getByRole('heading', { name: customer.name }).waitFor();
  await page.locator('.event', { hasText: word }).waitFor();
});

test('arrows in a box within a menu stay in the box', async ({ open }) => {
  const app = await open();
  const { page } = app;
  await app.goto('/pipeline');
  await page.getByRole('button', { name: '按负责人筛选' }).click();
  const box = page.locator('.menu').getByRole('combobox');
  await box.click();
  await page.locator('.menu').getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
  assert.ok(await box.evaluate((e) => e === document.activeElement));
});

test('namesakes are told apart by their address, and who has left is not offered', async ({ open, api }) => {
  const name = unique('王伟');
  const [one, other] = [await colleague(api, { name }), await colleague(api, { name })];
  const gone = await colleague(api, { name });
  await api.change('users', gone.id, { disabled: true });
  const app = await open();
  const { page } = app;
  await app.goto('/customers?new=1');
  const dialog = app.dialog('新建客户');
  await dialog.getByLabel('负责人').fill(name);
  await dialog.getByRole('option', { name: other.email }).waitFor();
  assert.equal(await dialog.getByRole('option', { name }).count(), 2);
  await dialog.getByRole('option', { name: one.email }).click();
  assert.equal(await dialog.getByLabel('负责人').inputValue(), name);
});
