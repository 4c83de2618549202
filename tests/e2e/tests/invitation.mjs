// Colleagues come in: made, invited by a link that works once, disabled and enabled, and what is refused at its place.
import { colleague, PASSWORD } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';
import { totp } from '../kit/totp.mjs';

/** Opens a user's panel beside the list of users. */
async function openUser(app, user) {
  await app.goto(`/settings/users?open=${user.id}`);
  const panel = app.page.locator('.panel .sign-in-of');
  await panel.waitFor();
  return panel;
}

test('a new colleague is made, invited, sets a password and is in', { everywhere: true }, async ({ open, server }) => {
  const name = unique('新同事');
  const email = `${unique('new')}@example.com`;
  const app = await open();
  const { page } = app;
  await app.goto('/settings/users');
  await page.getByRole('button', { name: '新建用户' }).click();
  const form = app.dialog('新建用户');
  await form.getByLabel('姓名').fill(name);
  await form.getByLabel('邮箱').fill(email);
  await form.getByLabel('销售', { exact: true }).check();
  await form.getByRole('button', { name: '创建用户' }).click();
  const panel = page.locator('.panel .sign-in-of');
  await panel.getByText('未邀请').waitFor();
  await panel.getByRole('button', { name: '邀请' }).click();
  const dialog = app.dialog(`发给“${name}”的链接`);
  const shown = await dialog.getByLabel('链接').inputValue();
  await dialog.getByText('前有效').waitFor();
  await app.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await dialog.getByRole('button', { name: '复制' }).click();
  await app.toast('已复制').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), shown);
  await dialog.getByRole('button', { name: '完成' }).click();
  await panel.getByText('已邀请').waitFor();
  await app.row(name).getByText('已邀请').waitFor();

  const link = new URL(shown);
  const guest = await open({ who: null, expected: [401, 409, 422] });
  await guest.page.goto(link.pathname + link.search);
  const box = guest.page.getByLabel('新密码', { exact: true });
  await box.fill('short');
  await guest.page.getByRole('button', { name: '设置密码并登录' }).click();
  await guest.page.locator('.field-error').waitFor();
  await box.fill(PASSWORD);
  await guest.page.getByRole('button', { name: '显示', exact: true }).click();
  assert.equal(await box.getAttribute('type'), 'text');
  guest.signedIn = true;
  await guest.page.getByRole('button', { name: '设置密码并登录' }).click();
  await guest.page.getByRole('heading', { name: `${name}，您好` }).waitFor();
  assert.equal(new URL(guest.page.url()).pathname + new URL(guest.page.url()).search, '/');
  await server.signIn({ email, password: PASSWORD });

  // The link has done what it was for.
  const late = await open({ who: null, expected: [401, 409] });
  await late.page.goto(link.pathname + link.search);
  await late.page.getByLabel('新密码', { exact: true }).fill('another-long-phrase');
  await late.page.keyboard.press('Enter');
  await late.page.getByRole('heading', { name: '链接已失效' }).waitFor();
  await late.page.getByRole('link', { name: '返回登录' }).click();
  await late.page.getByLabel('邮箱').fill(email);
});

test('who is invited turns the second factor on, and the first sign-in from elsewhere asks for it', { everywhere: true }, async ({ open, api }) => {
  const person = await api.make('users', { name: unique('新同事'), email: `${unique('factor')}@example.com`, roles: ['sales'] });
  const app = await open();
  const panel = await openUser(app, person);
  await panel.getByRole('button', { name: '邀请' }).click();
  const link = new URL(await app.dialog(`发给“${person.name}”的链接`).getByLabel('链接').inputValue());

  const guest = await open({ who: null });
  await guest.page.goto(link.pathname + link.search);
  await guest.page.getByLabel('新密码', { exact: true }).fill(PASSWORD);
  guest.signedIn = true;
  await guest.page.getByRole('button', { name: '设置密码并登录' }).click();
  await guest.page.getByRole('heading', { name: `${person.name}，您好` }).waitFor();
  await guest.goto('/settings');
  const box = guest.page.locator('.second-factor');
  await box.getByRole('button', { name: '开启两步验证' }).click();
  const secret = await box.getByLabel('密钥').inputValue();
  await guest.page.waitForFunction(() => document.activeElement?.id === 'factor-code');
  await box.getByLabel('验证码').fill(totp(secret));
  await box.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await guest.page.keyboard.press('Enter');
  await box.getByRole('button', { name: '我已保存' }).click();
  await box.getByText('已开启', { exact: true }).waitFor();

  const elsewhere = await open({ who: null, expected: [401] });
  await elsewhere.page.goto('/');
  await elsewhere.page.getByLabel('邮箱').fill(person.email);
  await elsewhere.page.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await elsewhere.page.keyboard.press('Enter');
  const code = elsewhere.page.getByLabel('验证码');
  await code.waitFor();
  elsewhere.signedIn = true;
  // The code that turned it on is used up.
  await code.fill(totp(secret, 1));
  await elsewhere.page.keyboard.press('Enter');
  await elsewhere.page.getByRole('heading', { name: `${person.name}，您好` }).waitFor();
});

test('a link without its token says so at once', async ({ open }) => {
  const { page } = await open({ who: null, locale: 'en' });
  await page.goto('/welcome');
  await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
});

test('who is disabled is signed out and stays out until enabled again', { everywhere: true }, async ({ open, api }) => {
  const person = await colleague(api);
  const theirs = await open({ who: person, expected: [401] });
  await theirs.goto('/customers');
  const app = await open();
  const panel = await openUser(app, person);
  await panel.getByText('已启用').waitFor();
  await panel.getByRole('button', { name: '停用' }).click();
  await app.dialog(`停用“${person.name}”？`).getByRole('button', { name: '停用' }).click();
  await panel.getByText('已停用').waitFor();
  assert.equal(await panel.getByRole('button', { name: '生成重设密码链接' }).count(), 0, 'nobody disabled is invited');
  await theirs.page.reload();
  await theirs.page.getByLabel('邮箱').waitFor();
  await app.settled();
  await panel.getByRole('button', { name: '启用' }).click();
  await panel.getByText('已启用').waitFor();
  await theirs.page.getByLabel('邮箱').fill(person.email);
  await theirs.page.getByLabel('密码', { exact: true }).fill(person.password);
  await theirs.page.keyboard.press('Enter');
  await theirs.page.getByRole('heading', { name: '客户' }).waitFor();
});

test('roles and team are changed in the panel', async ({ open, api }) => {
  const person = await colleague(api);
  const team = await api.make('teams', { name: unique('华东组') });
  const app = await open();
  await openUser(app, person);
  const { page } = app;
  await page.getByRole('button', { name: '编辑 角色' }).click();
  await page.getByLabel('销售经理', { exact: true }).check();
  await page.getByLabel('销售', { exact: true }).uncheck();
  await page.keyboard.press('Enter');
  await app.toast('已保存').waitFor();
  await page.getByRole('button', { name: '编辑 团队' }).click();
  await page.getByRole('combobox').last().fill(team.name);
  await page.getByRole('option', { name: team.name }).click();
  await app.field('团队').getByText(team.name).waitFor();
  await eventually(async () => {
    const stored = await api.get(`/users/${person.id}`);
    assert.deepEqual([stored.roles, stored.team_id], [['manager'], team.id]);
  });
});

test('nobody hands out more than they have, and is told where', { everywhere: true }, async ({ open, api }) => {
  const grants = { user: { '*': 'all' }, role: { view: 'all' }, team: { '*': 'all' }, picklist: { view: 'all' } };
  const key = unique('personnel').toLowerCase();
  await api.make('roles', { key, name: '人事', grants });
  const clerk = await colleague(api, { roles: [key] });
  const boss = await colleague(api, { roles: ['owner'] });
  const app = await open({ who: clerk, expected: [409] });
  const panel = await openUser(app, boss);
  await panel.getByRole('button', { name: '生成重设密码链接' }).click();
  await panel.locator('.form-error').getByText('权限高于您').waitFor();
  await app.page.getByRole('button', { name: '新建用户' }).click();
  const form = app.dialog('新建用户');
  await form.getByLabel('姓名').fill(unique('提权'));
  await form.getByLabel('管理员', { exact: true }).check();
  await form.getByRole('button', { name: '创建用户' }).click();
  await form.locator('.form-field.wrong').filter({ hasText: '角色' }).locator('.field-error').getByText('超出您自己的权限').waitFor();
});
