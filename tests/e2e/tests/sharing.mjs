// A record is shared, seen, told of in its history and taken back; and who may do what with a record is explained.
import { PHONE } from '../kit/app.mjs';
import { sideways, violations } from '../kit/inspect.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, test, unique } from '../kit/test.mjs';

const menu = (page, name = '更多操作') => page.locator('.record-head').getByRole('button', { name });

async function openSharing(app, { name }) {
  await menu(app.page).click();
  await app.page.getByRole('button', { name: '共享…' }).click();
  await app.settled();
  return app.dialog(`共享“${name}”`);
}

async function choose(dialog, label, name) {
  await dialog.getByLabel(label).fill(name);
  await dialog.getByRole('option', { name }).click();
}

const share = (dialog) => dialog.getByRole('button', { name: '共享', exact: true }).click();

test('a customer shared with somebody is seen by them until it is taken back, and the history says so', { everywhere: true }, async ({ open, api }) => {
  const person = await colleague(api);
  const customer = await api.make('customers', { name: unique('共享客户'), phone: '021-5555 0000' });
  const app = await open({ expected: [409, 422] });
  const { page } = app;
  await app.goto(`/customers/${customer.id}`);
  let dialog = await openSharing(app, customer);
  await dialog.getByText('还没有共享给任何人').waitFor();
  await share(dialog);
  await dialog.locator('.field-error').getByText('请选择要共享的用户').waitFor();
  await choose(dialog, '共享给', api.me.name);
  await share(dialog);
  await dialog.locator('.field-error').getByText('该用户就是负责人').waitFor();
  await choose(dialog, '共享给', person.name);
  await dialog.getByLabel('截止日期').fill('2020-01-01');
  await share(dialog);
  await dialog.locator('.form-field', { hasText: '截止日期' }).locator('.field-error').getByText('应晚于现在').waitFor();
  await dialog.getByLabel('截止日期').fill('2099-12-31');
  await share(dialog);
  await app.toast(`已共享给“${person.name}”`).waitFor();
  await dialog.getByRole('listitem').filter({ hasText: person.name }).getByText('查看，至 2099年12月31日').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: '修改历史' }).click();
  const entry = page.locator('.event').first();
  await entry.getByText(`共享给：${person.name}（查看，至 2099年12月31日）`).waitFor();

  // To see it is not to change it.
  const theirs = await open({ who: person, expected: [403] });
  await theirs.goto('/customers');
  await theirs.row(customer.name).waitFor();
  await theirs.goto(`/customers/${customer.id}`);
  await theirs.edit('电话', '021-6666 0000');
  await theirs.page.getByText('您没有权限对“客户”执行“编辑”').waitFor();
  assert.equal((await api.get(`/customers/${customer.id}`)).phone, '021-5555 0000');

  dialog = await openSharing(app, customer);
  await choose(dialog, '共享给', person.name);
  await dialog.getByLabel('权限').selectOption('write');
  await share(dialog);
  await dialog.getByRole('listitem').getByText('查看和编辑').waitFor();
  await theirs.edit('电话', '021-7777 0000');
  await theirs.toast('已保存').waitFor();

  await dialog.getByRole('button', { name: `移除“${person.name}”` }).click();
  await dialog.getByText('还没有共享给任何人').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'share-with');
  await page.keyboard.press('Escape');
  await entry.getByText('→ 已取消').waitFor();
  await theirs.goto('/customers');
  await theirs.page.getByText('还没有客户').waitFor();

  await app.goto(`/settings/audit?record_id=${customer.id}`);
  await page.locator('.audit-entry summary').first().click();
  await page.locator('.audit-more').getByText(`${person.name}（查看和编辑）`).waitFor();
});

test('who has a record shared cannot share it on, and may leave by themselves', async ({ open, api }) => {
  const person = await colleague(api);
  const customer = await api.make('customers', { name: unique('共享客户') });
  await api.call('PUT', `/customers/${customer.id}/members/${person.id}`, { access: 'write' });
  const other = await colleague(api);
  const app = await open({ who: person, expected: [403, 404] });
  await app.goto(`/customers/${customer.id}`);
  const dialog = await openSharing(app, customer);
  await choose(dialog, '共享给', other.name);
  await share(dialog);
  await dialog.locator('.form-error').getByText('您没有权限对“客户”执行“共享”').waitFor();
  await dialog.getByRole('button', { name: '退出共享' }).click();
  await app.dialog('退出共享').getByRole('button', { name: '退出共享' }).click();
  await app.page.waitForURL((url) => url.pathname === '/customers');
  await app.page.getByText('还没有客户').waitFor();
  assert.deepEqual(await api.list(`/customers/${customer.id}/members`), []);
});

test('it is explained who may see and change a customer, and why', { everywhere: true }, async ({ open, api }) => {
  const mine = await colleague(api);
  const other = await colleague(api);
  const customer = await api.make('customers', { name: unique('客户'), owner_id: mine.id });
  const app = await open();
  await app.goto(`/customers/${customer.id}`);
  await menu(app.page).click();
  await app.page.getByRole('button', { name: '谁有权限？' }).click();
  const dialog = app.dialog('谁有权限？');
  await dialog.getByText(`${api.me.name}可以查看“${customer.name}”`).waitFor();
  await choose(dialog, '用户', mine.name);
  await dialog.getByText(`${mine.name}可以查看“${customer.name}”`).waitFor();
  await dialog.getByRole('listitem').filter({ hasText: '允许：' }).getByText('允许查看自己负责的“客户”，该记录由其负责').waitFor();
  await choose(dialog, '用户', other.name);
  await dialog.getByText(`${other.name}不可以查看“${customer.name}”`).waitFor();
  await dialog.getByRole('listitem').filter({ hasText: '不允许：' }).getByText(`负责人 ${mine.name} 不在此范围内`).waitFor();
  await api.call('PUT', `/customers/${customer.id}/members/${other.id}`, { access: 'read' });
  await dialog.getByLabel('操作').selectOption({ label: '编辑' });
  await dialog.getByText(`${other.name}不可以编辑`).waitFor();
  await dialog.getByText('该记录已共享给此用户，但仅限“查看”').waitFor();
  await dialog.getByLabel('操作').selectOption({ label: '查看' });
  await dialog.getByLabel('字段').selectOption({ label: '电话' });
  await dialog.getByText(`${other.name}可以查看“${customer.name}”的“电话”`).waitFor();
});

test('the explanation is asked for by keys alone, in English, in the dark, in a narrow window', async ({ open, api }) => {
  const mine = await colleague(api, { name: unique('Li Na ') });
  const other = await colleague(api, { name: unique('Wang Wei ') });
  const customer = await api.make('customers', { name: unique('Blue Hills '), owner_id: mine.id });
  const app = await open({ locale: 'en', theme: 'dark', viewport: PHONE });
  const { page } = app;
  await page.addInitScript(() => localStorage.setItem('guanxi.locale', 'en'));
  await app.goto(`/customers/${customer.id}`);
  await menu(page, 'More actions').focus();
  await page.keyboard.press('Enter');
  await page.locator('.record-head .menu').waitFor();
  await app.settled();
  assert.deepEqual(await sideways(page), []);
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  const dialog = app.dialog('Who has access?');
  await dialog.waitFor();
  const ask = async (name) => {
    await page.keyboard.type(name);
    // Typed key by key, the first letters may be searched for and found with others.
    await dialog.locator('.options > [role=option]:only-child', { hasText: name }).waitFor();
    await page.keyboard.press('Enter');
  };
  await ask(mine.name);
  await dialog.getByText(`${mine.name} can view “${customer.name}”`).waitFor();
  await dialog.getByRole('listitem').filter({ hasText: 'Allows:' }).getByText('records its users own, and they own this one').waitFor();
  await page.keyboard.press('Control+a');
  await ask(other.name);
  await dialog.getByText(`${other.name} cannot view “${customer.name}”`).waitFor();
  await dialog.getByRole('listitem').filter({ hasText: 'Denies:' }).getByText(`does not include the owner, ${mine.name}`).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await dialog.getByText(`${other.name} cannot edit “${customer.name}”`).waitFor();
  await app.settled();
  assert.deepEqual([await sideways(page), await violations(page)], [[], []]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});
