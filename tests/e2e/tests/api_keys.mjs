// API keys: made in the settings, used by a program, rotated and revoked.
import { PHONE } from '../kit/app.mjs';
import { sideways } from '../kit/inspect.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test } from '../kit/test.mjs';

/** What a program with this key is answered. */
async function called(server, key, path, method = 'GET', body) {
  const headers = { Authorization: `Bearer ${key}`, ...(body && { 'Content-Type': 'application/json' }) };
  const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, code: (await answer.json().catch(() => ({}))).code };
}

/** The secret that is shown, and the end of its being shown. */
async function taken(app) {
  const shown = app.page.getByLabel('API 密钥', { exact: true });
  const key = await shown.inputValue();
  assert.match(key, /^gx_live_[0-9A-Za-z]{49}$/);
  await app.page.getByRole('button', { name: '我已保存' }).click();
  await shown.waitFor({ state: 'detached' });
  assert.ok(!(await app.page.content()).includes(key), 'it is shown only once');
  return key;
}

test('an API key is made, works within its scopes, is rotated and revoked', { everywhere: true }, async ({ open, api, server }) => {
  const person = await colleague(api, { locale: 'zh-CN' });
  const app = await open({ who: person });
  const { page } = app;
  await app.goto('/settings/api-keys');
  await page.getByText('还没有密钥').waitFor();
  await page.getByRole('button', { name: '新建密钥' }).click();
  const form = app.dialog('新建密钥');
  const make = form.getByRole('button', { name: '创建密钥' });
  await form.getByLabel('名称').fill('官网表单');
  assert.ok(await make.isDisabled(), 'a key without scopes is none');
  await form.getByLabel('线索：写入').check();
  // Writing includes reading.
  assert.deepEqual([await form.getByLabel('线索：读取').isChecked(), await form.getByLabel('线索：读取').isDisabled()], [true, true]);
  await form.getByLabel('有效期').selectOption({ label: '30 天' });
  await make.click();
  // It is shown this once: a stray key or click does not take it away.
  await page.getByLabel('API 密钥', { exact: true }).waitFor();
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  const key = await taken(app);

  const line = page.locator('.key', { hasText: '官网表单' });
  assert.match(await line.innerText(), new RegExp(`有效[\\s\\S]*${key.slice(0, 12)}…[\\s\\S]*过期[\\s\\S]*从未使用[\\s\\S]*线索：写入`));
  assert.equal((await called(server, key, '/leads', 'POST', { name: '官网来客' })).status, 201);
  assert.deepEqual(await called(server, key, '/customers'), { status: 403, code: 'api_key_scope' });
  assert.deepEqual(await called(server, key, '/api-keys'), { status: 403, code: 'api_key_not_allowed' });
  await eventually(async () => {
    await app.reload();
    assert.match(await line.innerText(), /最近使用：刚刚[\s\S]*127\.0\.0\.1/);
  });

  await line.getByRole('button', { name: '重命名“官网表单”' }).click();
  await page.getByLabel('名称').fill('新官网');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  const renamed = page.locator('.key', { hasText: '新官网' });
  await renamed.getByRole('button', { name: '轮换“新官网”' }).click();
  await page.getByLabel('旧密钥').selectOption({ label: '1 小时后失效' });
  await app.dialog('轮换“新官网”').getByRole('button', { name: '轮换', exact: true }).click();
  const second = await taken(app);
  for (const secret of [key, second]) assert.equal((await called(server, secret, '/leads')).status, 200);

  await renamed.getByRole('button', { name: '撤销“新官网”' }).click();
  await app.dialog('撤销“新官网”').getByRole('button', { name: '撤销', exact: true }).click();
  await renamed.getByText('已撤销', { exact: true }).waitFor();
  for (const secret of [key, second]) assert.deepEqual(await called(server, secret, '/leads'), { status: 401, code: 'api_key_invalid' });
});

test('who may change users sees the API keys of everybody and revokes them', async ({ open, api, server }) => {
  const person = await colleague(api, { name: '林晓' });
  const theirs = await (await server.signIn(person)).make('api-keys', { name: '林晓的脚本', scopes: ['*:read'] });
  const app = await open();
  const { page } = app;
  await app.goto('/settings/api-keys');
  const line = page.locator('.key', { hasText: '林晓的脚本' });
  await page.locator('.key, .empty').first().waitFor();
  assert.equal(await line.count(), 0, 'one begins with one’s own');
  await page.getByRole('button', { name: '所有人的' }).click();
  await line.waitFor();
  assert.match(await line.innerText(), /林晓[\s\S]*永不过期[\s\S]*全部：读取/);
  assert.equal(await line.getByRole('button').count(), 1, 'it can be revoked and nothing else');
  await line.getByRole('button', { name: '撤销' }).click();
  await app.dialog('撤销').getByRole('button', { name: '撤销', exact: true }).click();
  await line.getByText('已撤销', { exact: true }).waitFor();
  assert.equal((await called(server, theirs.secret, '/leads')).status, 401);
});

test('what is wrong with a new API key is said at its field, on a phone as well', async ({ open, api }) => {
  const person = await colleague(api, { locale: 'zh-CN' });
  const app = await open({ who: person, viewport: PHONE, expected: [422, 503] });
  const { page } = app;
  let away = true;
  await page.route('**/api/v1/api-keys*', (route) => (away ? route.fulfill({ status: 503, body: '{}', headers: { 'Retry-After': '1' } }) : route.continue()));
  await app.goto('/settings/api-keys');
  await page.getByText('加载失败').waitFor();
  away = false;
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByRole('button', { name: '新建密钥' }).click();
  const form = app.dialog('新建密钥');
  await form.getByLabel('名称').fill('手机上建的');
  await form.getByLabel('全部：读取').check();
  await form.getByLabel('有效期').selectOption({ label: '指定日期…' });
  await form.getByLabel('最后一天').fill('2020-01-01');
  await form.getByRole('button', { name: '创建密钥' }).click();
  await form.locator('.field-error').getByText('过期时间应晚于现在').waitFor();
  await app.settled();
  assert.deepEqual(await sideways(page), []);
  await form.getByLabel('最后一天').fill(new Date(Date.now() + 40 * 864e5).toISOString().slice(0, 10));
  await form.getByRole('button', { name: '创建密钥' }).click();
  await taken(app);
  await page.locator('.key', { hasText: '手机上建的' }).waitFor();
  await app.settled();
  assert.deepEqual(await sideways(page), []);
});
