// One's own account: profile, password, and where one is signed in.
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

test('a device is signed out from another, one and then all', { everywhere: true }, async ({ open, api, server }) => {
  const person = await colleague(api);
  const lost = await open({ who: person, expected: [401] });
  await lost.goto('/customers');
  const app = await open({ who: person });
  const { page } = app;
  await app.goto('/settings');
  const list = page.locator('.sessions');
  const lines = list.locator('.session');
  await lines.nth(1).waitFor();
  assert.equal(await lines.count(), 2);
  const mine = lines.filter({ hasText: '当前设备' });
  assert.match(await mine.innerText(), /Chrome（Linux）[\s\S]*127\.0\.0\.1/);
  await lines.getByRole('button', { name: '退出“Chrome（Linux）”' }).click();
  await app.toast('已退出').waitFor();
  await list.getByText('没有在其他设备上登录').waitFor();
  lost.signedIn = false;
  await lost.page.reload();
  await lost.page.getByLabel('邮箱').waitFor();

  const others = await Promise.all([server.signIn(person), server.signIn(person)]);
  await app.reload();
  await list.getByRole('button', { name: '退出其他所有设备' }).click();
  await app.dialog('退出其他所有设备').getByRole('button', { name: '退出其他所有设备' }).click();
  await list.getByText('没有在其他设备上登录').waitFor();
  for (const other of others) await assert.rejects(other.get('/auth/me'), { status: 401 });
});

test('a new password signs out elsewhere and holds from then on', { everywhere: true }, async ({ open, api, server }) => {
  const person = await colleague(api);
  const elsewhere = await server.signIn(person);
  const app = await open({ who: person, expected: [412, 422] });
  const { page } = app;
  await app.goto('/settings');
  const form = page.locator('form', { hasText: '修改密码' });
  const change = form.getByRole('button', { name: '修改密码' });
  await form.getByLabel('当前密码', { exact: true }).fill('not-the-password');
  await form.getByLabel('新密码', { exact: true }).fill('an-even-longer-phrase');
  await change.click();
  await form.locator('.field-error').getByText('当前密码不正确').waitFor();
  await form.getByLabel('当前密码', { exact: true }).fill(person.password);
  await change.click();
  await app.toast('密码已修改').waitFor();
  await page.locator('.sessions').getByText('没有在其他设备上登录').waitFor();
  await assert.rejects(elsewhere.get('/auth/me'), { status: 401 });
  await server.signIn({ ...person, password: 'an-even-longer-phrase' });

  // The password made a new version of the record; what stands in the form is saved on it all the same.
  await page.getByLabel('职务').fill('销售代表');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  assert.equal((await api.get(`/users/${person.id}`)).title, '销售代表');
});

test('everybody changes their own profile, and the app follows its language', { everywhere: true }, async ({ open, api }) => {
  const person = await colleague(api, { locale: 'zh-CN' });
  const app = await open({ who: person, expected: [412, 422] });
  const { page } = app;
  await app.goto('/settings');
  await page.getByLabel('时区').fill('Mars/Olympus');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.locator('.field-error').getByText('未知时区').waitFor();
  await page.getByLabel('时区').fill('Europe/Berlin');
  await page.getByLabel('电话').fill('021-5555 0199');
  await page.getByLabel('语言').selectOption('en');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('heading', { name: 'Profile' }).waitFor();
  const stored = await eventually(async () => {
    const user = await api.get(`/users/${person.id}`);
    assert.equal(user.locale, 'en');
    return user;
  });
  assert.deepEqual([stored.time_zone, stored.phone.replaceAll(/\D/g, '').slice(-11)], ['Europe/Berlin', '02155550199']);

  // Somebody else was faster with the same field: theirs is shown, and nothing is lost unseen.
  await app.settled();
  await api.change('users', person.id, { title: 'Set elsewhere' });
  await page.getByLabel('Job title').fill('Mine');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await app.toast('changed elsewhere').waitFor();
  assert.equal(await page.getByLabel('Job title').inputValue(), 'Set elsewhere');
  await page.getByLabel('Job title').fill('Mine');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await eventually(async () => assert.equal((await api.get(`/users/${person.id}`)).title, 'Mine'));
});

test('whoever signs in next at the same browser finds nothing of who was there before', async ({ open, api, server }) => {
  const [first, second] = [await colleague(api), await colleague(api)];
  const name = unique('机密客户');
  const { id } = await api.make('customers', { name, owner_id: first.id });
  const app = await open({ who: first });
  const { page } = app;
  await app.goto(`/customers/${id}`);
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: new RegExp(first.name) }).click();
  await page.getByRole('button', { name: '退出登录' }).click();
  app.signedIn = false;
  await page.getByRole('textbox', { name: '邮箱', exact: true }).fill(second.email);
  assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(name));
  await page.getByLabel('密码', { exact: true }).fill(second.password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await app.settled();
  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
  assert.equal(await page.getByRole('option', { name }).count(), 0);
});

test('a tab does not go on in the name of somebody else', async ({ open, api }) => {
  const [first, second] = [await colleague(api), await colleague(api)];
  const mine = unique('甲的客户');
  await api.make('customers', { name: mine, owner_id: first.id });
  const app = await open({ who: first, expected: [401] });
  const { page } = app;
  await app.goto('/customers');
  await app.row(mine).waitFor();
  // In another tab of this browser one signs out, and the other one signs in.
  await app.context.request.post('/api/v1/auth/logout', { headers: { 'X-Guanxi-App': '1' } });
  await app.signIn(second);
  await page.getByRole('link', { name: '联系人' }).first().click();
  await page.getByRole('button', { name: new RegExp(second.name) }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/', 'the app begins anew');
  assert.equal(await page.getByText(first.name).count(), 0);
});
