// A record changes hands with what belongs to it, by mouse and by keys; what is wrong is told at its place.
import { PHONE } from '../kit/app.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, test, unique } from '../kit/test.mjs';

/** A customer with two contacts, an open deal and a lost one, and a task of the deal. */
async function scene(api) {
  const customer = await api.make('customers', { name: unique('转移客户') });
  const below = { customer_id: customer.id };
  const contacts = [];
  for (const name of ['甲', '乙']) contacts.push(await api.make('contacts', { name, ...below }));
  const open = await api.make('opportunities', { name: '二期', ...below });
  const lost = await api.make('opportunities', { name: '一期', ...below });
  await api.call('POST', `/opportunities/${lost.id}/lose`, { reason: '价格' }, { 'If-Match': '*' });
  const task = await api.make('tasks', { subject: '报价', opportunity_id: open.id });
  return { customer, contacts, open, lost, task };
}

const menu = (page) => page.locator('.record-head').getByRole('button', { name: '更多操作' });

test('a customer changes hands with contacts, open deals and tasks, and its history says so', { everywhere: true }, async ({ open, api }) => {
  const person = await colleague(api);
  const made = await scene(api);
  const app = await open({ expected: [422] });
  const { page } = app;
  await app.goto(`/customers/${made.customer.id}`);
  await menu(page).click();
  await page.getByRole('button', { name: '转移' }).click();
  const dialog = app.dialog(`转移“${made.customer.name}”`);
  for (const said of ['联系人 2', '商机 1', '任务 1', '跟进记录 0']) await dialog.getByText(said, { exact: true }).waitFor();
  await dialog.getByLabel('包括已关闭的商机和已完成的任务').check();
  await dialog.getByText('商机 2', { exact: true }).waitFor();
  await dialog.getByLabel('包括已关闭的商机和已完成的任务').uncheck();
  await dialog.getByText('商机 1', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: '转移' }).click();
  await dialog.locator('.field-error').getByText('请选择新负责人').waitFor();
  await dialog.getByRole('checkbox', { name: '任务 1' }).uncheck();
  await dialog.getByLabel('新负责人').fill(person.name);
  await dialog.getByRole('option', { name: person.name }).click();
  await dialog.getByLabel('原因（选填）').fill('区域调整');
  await dialog.getByRole('button', { name: '转移' }).click();
  await app.toast('已转移：客户 1、联系人 2、商机 1').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.record-badges').getByText(person.name).waitFor();
  const owner = async (kind, { id }) => (await api.get(`/${kind}/${id}`)).owner_id;
  assert.deepEqual(await Promise.all([owner('contacts', made.contacts[0]), owner('opportunities', made.open), owner('opportunities', made.lost), owner('tasks', made.task)]),
    [person.id, person.id, api.me.id, api.me.id]);
  await page.getByRole('tab', { name: '修改历史' }).click();
  const entry = page.locator('.event').first();
  await entry.getByText(`负责人：${api.me.name} → ${person.name}`).waitFor();
  await entry.getByText('原因：区域调整').waitFor();

  const theirs = await open({ who: person });
  await theirs.goto('/customers');
  await theirs.row(made.customer.name).waitFor();
});

test('a record is transferred by keys alone, in a narrow window', async ({ open, api }) => {
  const team = await api.make('teams', { name: unique('组') });
  const manager = await colleague(api, { roles: ['manager'], team_id: team.id });
  const mate = await colleague(api, { team_id: team.id });
  const lead = await api.make('leads', { name: unique('线索'), owner_id: mate.id });
  const app = await open({ who: manager, viewport: PHONE });
  const { page } = app;
  await app.goto(`/leads/${lead.id}`);
  await menu(page).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await app.dialog(`转移“${lead.name}”`).waitFor();
  await page.keyboard.type(manager.name);
  // Typed key by key, the first letters may be searched for and found with others.
  await page.locator('.options > [role=option]:only-child', { hasText: manager.name }).waitFor();
  await page.keyboard.press('Enter');
  const tabTo = async (selector) => {
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    }
    assert.fail(`Tab does not lead to ${selector}`);
  };
  await tabTo('#transfer-reason');
  await page.keyboard.type('我来跟进');
  await tabTo('dialog button[type=submit]');
  await page.keyboard.press('Enter');
  await app.toast('已转移：线索 1').waitFor();
  assert.equal((await api.get(`/leads/${lead.id}`)).owner_id, manager.id);
  const [{ fields }] = await api.list(`/leads/${lead.id}/history`);
  assert.deepEqual(fields.reason, [null, '我来跟进']);
});

test('who may not assign is offered no transfer', async ({ open, api }) => {
  const person = await colleague(api);
  const customer = await api.make('customers', { name: unique('客户'), owner_id: person.id });
  const app = await open({ who: person });
  await app.goto(`/customers/${customer.id}`);
  await menu(app.page).click();
  await app.page.getByRole('button', { name: '删除' }).waitFor();
  assert.equal(await app.page.getByRole('button', { name: '转移' }).count(), 0);
});
