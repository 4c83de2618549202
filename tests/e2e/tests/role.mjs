// Roles: copied, edited cell by cell, given to somebody whose screen follows, and what is refused.
import { colleague } from '../kit/people.mjs';
import { PHONE } from '../kit/app.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const cell = (page, kind, action) => page.locator(`#right-${kind}-${action}`);

/** A role of the firm's own with the rights of the sales role. */
async function copyOfSales(api, name = unique('电话销售')) {
  const [sales] = await api.list('/roles?filter[key]=sales');
  return api.make('roles', { name, grants: sales.grants });
}

test('a copy of the sales role is changed, and its holder sees the change at the next request', { everywhere: true }, async ({ open, api }) => {
  const person = await colleague(api);
  await api.make('leads', { name: unique('线索'), owner_id: person.id });
  const theirs = await open({ who: person, expected: [403] });
  await theirs.goto('/leads');
  await theirs.page.locator('.tbody [role=row]').first().waitFor();

  const app = await open();
  const { page } = app;
  await app.goto('/settings/roles');
  await page.getByRole('link', { name: '销售', exact: true }).click();
  await page.getByText('内置角色不能修改').waitFor();
  assert.equal(await page.locator('select.reach').count(), 0);
  await page.getByRole('button', { name: '复制角色' }).click();
  const name = unique('电话销售');
  const dialog = app.dialog('复制角色“销售”');
  await dialog.getByLabel('名称').fill(name);
  await dialog.getByRole('button', { name: '创建角色' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByText('还没有用户使用此角色').waitFor();
  // Leads go by the rest until they are given rights of their own.
  assert.equal(await cell(page, 'lead', 'view').inputValue(), '');
  await cell(page, 'lead', 'view').selectOption('none');
  await page.getByText('有未保存的修改').waitFor();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();

  const [role] = await api.list(`/roles?q=${encodeURIComponent(name)}`);
  assert.deepEqual([role.grants.lead.view, role.grants.lead.edit, role.grants['*'].view], [undefined, 'own', 'own']);
  await api.change('users', person.id, { roles: [role.key] });
  await theirs.goto('/leads');
  await theirs.page.getByText('没有权限', { exact: true }).waitFor();
  await theirs.goto('/customers');
  await theirs.page.getByRole('heading', { name: '客户' }).waitFor();
  await app.reload();
  await page.getByRole('link', { name: person.name }).waitFor();
});

test('the rights of a role are set with the keyboard', async ({ open, api }) => {
  const role = await copyOfSales(api);
  const app = await open();
  const { page } = app;
  await app.goto(`/settings/roles/${role.id}`);
  const focused = () => page.evaluate(() => document.activeElement.id);
  await cell(page, 'lead', 'view').focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 'right-lead-create');
  await page.keyboard.press('4');
  assert.equal(await cell(page, 'lead', 'create').inputValue(), 'all');
  assert.equal(await cell(page, 'lead', 'view').inputValue(), 'own', 'what counted until now stays');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 'right-customer-create');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('0');
  assert.equal(await cell(page, 'lead', 'create').inputValue(), 'none');
  // Shared kinds know nothing and everything only.
  const product = cell(page, 'product', 'view');
  await product.focus();
  await page.keyboard.press('1');
  assert.equal(await product.inputValue(), '', 'still as the rest');
  await page.keyboard.press('0');
  assert.equal(await product.inputValue(), 'none');
  await page.keyboard.press('4');
  assert.equal(await product.inputValue(), 'all');
  await page.getByRole('button', { name: '“线索”改回按“所有其他类型”' }).click();
  assert.equal(await cell(page, 'lead', 'create').inputValue(), '');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  const stored = await api.get(`/roles/${role.id}`);
  assert.equal(stored.grants.lead, undefined);
  assert.equal(stored.grants.product.view, 'all');
});

test('unsaved rights of a role are asked about before the screen is left', async ({ open, api }) => {
  const role = await copyOfSales(api);
  const app = await open();
  const { page } = app;
  await app.goto('/settings/roles');
  await page.getByRole('link', { name: role.name }).click();
  await cell(page, 'task', 'view').selectOption('all');
  await page.getByRole('link', { name: '首页' }).first().click();
  const dialog = app.dialog('有未保存的修改');
  await dialog.getByRole('button', { name: '取消' }).click();
  assert.equal(await cell(page, 'task', 'view').inputValue(), 'all');
  await page.goBack();
  await dialog.getByRole('button', { name: '取消' }).click();
  assert.ok(page.url().endsWith(role.id), page.url());
  await page.getByRole('link', { name: '首页' }).first().click();
  await dialog.getByRole('button', { name: '放弃修改并离开' }).click();
  await page.getByRole('heading', { level: 1, name: '您好' }).waitFor();
  assert.equal((await api.get(`/roles/${role.id}`)).version, 1);
});

test('two who edit a role lose nothing of each other', async ({ open, api }) => {
  const role = await copyOfSales(api);
  const app = await open({ expected: [412] });
  const { page } = app;
  await app.goto(`/settings/roles/${role.id}`);
  await cell(page, 'task', 'view').selectOption('team');
  await cell(page, 'task', 'edit').selectOption('team');
  await api.change('roles', role.id, { grants: { task: { ...role.grants['*'], edit: 'all' }, tag: { view: 'none' } } });
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('该角色刚被他人修改').waitFor();
  assert.equal(await cell(page, 'tag', 'view').inputValue(), 'none');
  assert.equal(await cell(page, 'task', 'view').inputValue(), 'team');
  assert.equal(await cell(page, 'task', 'edit').inputValue(), 'team');
  await page.getByRole('button', { name: '采用对方的 任务 · 编辑' }).click();
  assert.equal(await cell(page, 'task', 'edit').inputValue(), 'all');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  const { grants } = await api.get(`/roles/${role.id}`);
  assert.deepEqual([grants.task.view, grants.task.edit], ['team', 'all']);
});

test('a role that somebody has is not deleted, and what is beyond ones own rights is told at its cell', async ({ open, api }) => {
  const clerk = await api.make('roles', { name: unique('文员'), grants: { role: { '*': 'all' }, user: { view: 'all' }, lead: { view: 'own' } } });
  const person = await colleague(api, { roles: [clerk.key] });
  const app = await open({ who: person, expected: [403, 409] });
  const { page } = app;
  await app.goto('/settings/roles');
  await page.getByRole('button', { name: '新建角色' }).click();
  const name = unique('小角色');
  const dialog = app.dialog('新建角色');
  await dialog.getByLabel('名称').fill(name);
  await dialog.getByRole('button', { name: '创建角色' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await cell(page, 'lead', 'view').selectOption('all');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.locator('#right-lead-view[aria-describedby]').waitFor();
  const id = await cell(page, 'lead', 'view').getAttribute('aria-describedby');
  await page.locator(`#${id}`, { hasText: '超出您自己权限' }).waitFor();
  await cell(page, 'lead', 'view').selectOption('own');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  await page.getByRole('button', { name: '删除角色' }).click();
  await app.dialog(`删除角色“${name}”？`).getByRole('button', { name: '删除' }).click();
  await page.getByRole('heading', { name: '角色', level: 1 }).waitFor();

  await app.goto(`/settings/roles/${clerk.id}`);
  await page.getByRole('button', { name: '删除角色' }).click();
  await app.dialog(`删除角色“${clerk.name}”？`).getByRole('button', { name: '删除' }).click();
  await page.getByText('还有 1 个用户使用此角色').first().waitFor();
});

test('on a phone a role is edited one kind at a time', async ({ open, api }) => {
  const role = await copyOfSales(api);
  const app = await open({ viewport: PHONE, touch: true });
  const { page } = app;
  await app.goto(`/settings/roles/${role.id}`);
  await page.locator('.rights-cards summary', { hasText: '线索' }).click();
  await page.getByLabel('线索 · 删除').selectOption('none');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} px`);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  await eventually(async () => assert.equal((await api.get(`/roles/${role.id}`)).grants.lead.delete ?? 'none', 'none'));
});

test('a field hidden in a role is gone from the list, the page and the search of its holder', { everywhere: true }, async ({ open, api }) => {
  const role = await copyOfSales(api);
  const person = await colleague(api, { roles: [role.key] });
  const phone = `139${String(Date.now()).slice(-8)}`;
  const lead = await api.make('leads', { name: unique('线索'), phone, company: '长河', owner_id: person.id });
  const theirs = await open({ who: person });
  await theirs.goto('/leads');
  await theirs.row(lead.name).getByText(phone).waitFor();

  const app = await open();
  const { page } = app;
  await app.goto(`/settings/roles/${role.id}`);
  await page.locator('summary', { hasText: '线索' }).click();
  await page.getByLabel('线索 · 电话').selectOption('hidden');
  await page.getByLabel('线索 · 公司').selectOption('masked');
  await page.getByText('2 个字段受限').waitFor();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  assert.deepEqual((await api.get(`/roles/${role.id}`)).field_rights, { lead: { phone: 'hidden', company: 'masked' } });

  await theirs.goto('/leads');
  await theirs.row(lead.name).waitFor();
  assert.equal(await theirs.page.getByText(phone).count(), 0);
  assert.equal(await theirs.page.getByRole('columnheader', { name: '电话' }).count(), 0);
  await theirs.goto(`/leads/${lead.id}`);
  await theirs.page.getByRole('heading', { name: lead.name, level: 1 }).waitFor();
  assert.equal(await theirs.field('电话').count(), 0);
  assert.equal(await theirs.page.getByText('长***').count(), 1);
  await theirs.goto(`/leads?q=${phone}`);
  await theirs.page.getByText('没有找到').first().waitFor();
});

test('who may only look is offered nothing that would be refused', async ({ open, api }) => {
  const role = await api.make('roles', { name: unique('只读'), grants: { '*': { view: 'all' } } });
  const person = await colleague(api, { roles: [role.key] });
  const { id: customer } = await api.make('customers', { name: unique('客户') });
  const { id: deal } = await api.make('opportunities', { name: unique('商机'), customer_id: customer });
  const { id: lead } = await api.make('leads', { name: unique('线索') });
  await api.make('tasks', { subject: unique('任务'), customer_id: customer });
  const { page, goto } = await open({ who: person }).then((app) => ({ page: app.page, goto: (path) => app.goto(path) }));
  const offered = async (...names) => {
    for (const name of names) assert.equal(await page.getByRole('button', { name }).count(), 0, `${page.url()}: ${name}`);
  };
  await goto(`/opportunities/${deal}`);
  await offered('赢单', '输单', '编辑');
  assert.equal(await page.locator('.composer, .stage-path button:enabled').count(), 0);
  await goto(`/leads/${lead}`);
  await offered('标为已联系', '转化', '关闭线索');
  await goto(`/customers/${customer}`);
  await page.getByRole('tab', { name: /联系人/ }).click();
  await offered('新建联系人', '写跟进');
  await page.getByRole('tab', { name: /任务/ }).click();
  await page.locator('.task input:disabled').waitFor();
  await goto('/pipeline');
  await offered('新建商机');
  assert.equal(await page.locator('.card .menu-root').count(), 0);
  await goto('/tasks');
  await offered('新建任务', '添加');
  await goto('/settings/pipelines');
  await offered('新建销售流程', '新建销售阶段', '上移', '下移');
  await goto('/settings/picklists');
  await page.locator('summary').first().click();
  await offered('保存');
  // The first kind they may import is the one chosen: there is none.
  await goto('/import');
  assert.equal(await page.locator('#import-kind option').count(), 0);
});

test('users are filtered by role, called by its name', async ({ open, api }) => {
  const role = await copyOfSales(api);
  const person = await colleague(api, { roles: [role.key] });
  const app = await open();
  await app.goto('/settings/users');
  await app.page.getByRole('button', { name: '添加筛选' }).click();
  await app.page.locator('.menu').getByRole('button', { name: '角色', exact: true }).click();
  await app.page.locator('.menu').getByRole('button', { name: role.name, exact: true }).click();
  await app.page.locator('.chip', { hasText: role.name }).waitFor();
  await app.row(person.name).waitFor();
  await eventually(async () => assert.equal(await app.page.locator('.tbody [role=row]').count(), 1));
});
