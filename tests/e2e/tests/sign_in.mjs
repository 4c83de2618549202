// Getting in: wrong and right passwords, staying signed in, leaving, and the first start.
import { colleague } from '../kit/people.mjs';
import { owner, Server } from '../kit/server.mjs';
import { assert, test, unique } from '../kit/test.mjs';

test('a wrong password is refused in the language of the person', { everywhere: true }, async ({ open }) => {
  const { page } = await open({ who: null, expected: [401] });
  await page.goto('/');
  await page.getByLabel('邮箱').fill(owner.email);
  await page.getByLabel('密码').fill('not-the-password');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  assert.match(await page.locator('.form-error').innerText(), /密码|邮箱|不正确|错误/);

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByLabel('Email').fill(owner.email);
  await page.getByLabel('Password').fill('not-the-password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const english = await page.locator('.form-error').innerText();
  assert.match(english, /password/i);
  assert.doesNotMatch(english, /\p{Script=Han}/u);
});

test('a session lasts over a reload and in a second tab, and ends with signing out', { everywhere: true }, async ({ open }) => {
  const app = await open({ who: null, expected: [401] });
  const { page } = app;
  await page.goto('/tasks');
  await page.getByLabel('邮箱').fill(owner.email);
  await page.getByLabel('密码').fill(owner.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '任务', exact: true }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/tasks');

  await page.reload();
  await page.getByRole('heading', { name: '任务', exact: true }).waitFor();
  const second = await app.context.newPage();
  await Promise.all([second.goto('/customers'), page.reload()]);
  await second.getByRole('heading', { name: '客户' }).waitFor();
  await page.getByRole('heading', { name: '任务', exact: true }).waitFor();

  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.doesNotMatch(kept, /eyJ|gxr_|refresh/, 'no token where a script could read it');

  await page.getByRole('button', { name: '账号' }).click();
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.getByLabel('密码').waitFor();
  await page.reload();
  await page.getByLabel('密码').waitFor();
});

test('the link of the first start makes the workspace and its owner, once', { everywhere: true }, async ({ open, server }) => {
  const fresh = await Server.start(server.engine, { users: false });
  try {
    const { page } = await open({ who: null, server: fresh, expected: [401, 409, 422] });
    await page.goto(fresh.setUpLink);
    await page.getByLabel('公司或团队名称').fill('启航贸易');
    await page.getByLabel('您的姓名').fill('李雷');
    await page.getByLabel('邮箱').fill('li@example.com');
    await page.getByLabel('密码').fill('short');
    await page.getByRole('button', { name: '创建工作区' }).click();
    await page.locator('.field-error, .form-error').first().waitFor();
    await page.getByLabel('密码').fill('a-long-enough-phrase');
    await page.getByRole('button', { name: '创建工作区' }).click();
    await page.getByRole('heading', { name: '李雷，您好' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/');

    const other = await open({ who: null, server: fresh, expected: [401, 409] });
    await other.page.goto(fresh.setUpLink);
    for (const [label, text] of [['公司或团队名称', '别家'], ['您的姓名', '外人'], ['邮箱', 'x@example.com'], ['密码', 'a-long-enough-phrase']]) {
      await other.page.getByLabel(label).fill(text);
    }
    await other.page.getByRole('button', { name: '创建工作区' }).click();
    await other.page.locator('.form-error').waitFor();
  } finally {
    await fresh.stop();
  }
});

test("one's own address is changed with the password", async ({ open, api }) => {
  const person = await colleague(api, { roles: ['admin'] });
  const app = await open({ who: person, expected: [409, 422] });
  const { page } = app;
  await app.goto('/settings');
  const moved = `${unique('moved')}@example.com`;
  assert.equal(await page.locator('#me-password').count(), 0);
  await page.getByLabel('邮箱').fill(moved);
  await page.locator('#me-password').fill('not-the-password');
  await page.locator('#me-save').click();
  await page.locator('.field-error').getByText('当前密码不正确').waitFor();
  await page.locator('#me-password').fill(person.password);
  await page.locator('#me-save').click();
  await page.locator('#me-password').waitFor({ state: 'detached' });
  assert.equal((await api.get(`/users/${person.id}`)).email, moved);
  // Whose address others keep, sees it only.
  const other = await colleague(api);
  const theirs = await open({ who: other });
  await theirs.goto('/settings');
  assert.ok(await theirs.page.getByLabel('邮箱').isDisabled());
});
