// Teams: who belongs to them, seen and changed from either side; the tree, and what a tree cannot be.
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

test('somebody joins a second team, its head sees their customers, and they are taken out again', { everywhere: true }, async ({ open, api }) => {
  const [home, second] = [await api.make('teams', { name: unique('华东组') }), await api.make('teams', { name: unique('专项组') })];
  const head = await colleague(api, { roles: ['manager'], team_id: second.id });
  const person = await colleague(api, { team_id: home.id });
  const customer = await api.make('customers', { name: unique('客户'), owner_id: person.id });
  const app = await open({ expected: [409] });
  const { page } = app;
  await app.goto(`/settings/teams?open=${second.id}`);
  const members = page.locator('.panel .belonging');
  await members.locator('li', { hasText: head.name }).getByText('主团队').waitFor();
  const join = async () => {
    await members.getByRole('combobox', { name: '添加用户' }).fill(person.name);
    await members.getByRole('option', { name: person.name }).click();
  };
  await join();
  await members.locator('li', { hasText: person.name }).waitFor();
  await join();
  await members.locator('.form-error').getByText('已存在相同的').waitFor();

  const theirs = await open({ who: head });
  await theirs.goto('/customers');
  await theirs.row(customer.name).waitFor();

  await app.goto(`/settings/users?open=${person.id}`);
  const joined = page.locator('.panel .belonging');
  await joined.getByText(second.name).waitFor();
  await joined.getByRole('button', { name: `移出“${second.name}”` }).click();
  await joined.getByText('没有加入其他团队').waitFor();
  await eventually(async () => assert.equal((await api.list(`/team-members?filter[user_id]=${person.id}`)).length, 0));
  await theirs.reload();
  await theirs.page.getByText('还没有客户').waitFor();
});

test('a team moves with what lies below it, and not into itself', { everywhere: true }, async ({ open, api }) => {
  const make = (name, parent_id) => api.make('teams', { name: unique(name), parent_id });
  const top = await make('总部');
  const middle = await make('大区', top.id);
  const leaf = await make('小组', middle.id);
  const next = await make('新总部');
  const app = await open({ expected: [409] });
  const { page } = app;
  await app.goto(`/settings/teams?open=${middle.id}`);
  const choose = async (name) => {
    await page.getByRole('button', { name: '编辑 上级团队' }).click();
    await page.locator('.field').getByRole('combobox').fill(name);
    await page.getByRole('option', { name }).click();
  };
  await choose(leaf.name);
  await app.field('上级团队').locator('.field-error').getByText('团队不能放到自己或其下级团队之下').waitFor();
  await app.field('上级团队').getByText(top.name).waitFor();
  await choose(next.name);
  await app.toast('已保存').waitFor();
  await eventually(async () => assert.equal((await api.get(`/teams/${middle.id}`)).parent_id, next.id));
  assert.equal((await api.get(`/teams/${leaf.id}`)).parent_id, middle.id);
});
