// The second factor: turned on with an app's first code, asked for at sign-in, its recovery codes, and taken off.
import { readFileSync } from 'node:fs';
import { colleague } from '../kit/people.mjs';
import { Server } from '../kit/server.mjs';
import { assert, eventually, test } from '../kit/test.mjs';
import { totp } from '../kit/totp.mjs';

/** Turns it on for somebody by the API: the secret and the recovery codes. */
async function turnedOn(server, person) {
  const theirs = await server.signIn(person);
  const { secret } = await theirs.get('/auth/second-factor');
  const { recovery_codes: codes } = await theirs.call('POST', '/auth/second-factor', { secret, code: totp(secret), password: person.password });
  return { secret, codes };
}

async function enter({ page }, { email, password }) {
  await page.goto('/');
  await page.getByLabel('邮箱').fill(email);
  await page.getByLabel('密码', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

test('the second factor is turned on, asked for, and turned off again', { everywhere: true }, async ({ open, api }) => {
  const person = await colleague(api);
  const app = await open({ who: person, expected: [401, 422] });
  const { page } = app;
  await app.goto('/settings');
  const box = page.locator('.second-factor');
  await box.getByText('未开启').waitFor();
  await box.getByRole('button', { name: '开启两步验证' }).click();
  const secret = await box.getByLabel('密钥').inputValue();
  // It gets the keyboard with the next frame, which may come in the middle of filling another box.
  await page.waitForFunction(() => document.activeElement?.id === 'factor-code');
  await box.getByRole('img', { name: '两步验证的二维码' }).waitFor();
  await box.getByLabel('验证码').fill('12');
  await box.getByLabel('密码', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await box.locator('.form-error').getByText('验证码不正确').waitFor();
  await box.getByLabel('验证码').fill(totp(secret));
  await page.keyboard.press('Enter');
  await box.locator('.codes li').nth(9).waitFor();
  const codes = await box.locator('.codes li').allInnerTexts();
  assert.equal(codes.length, 10);
  // Whoever leaves now has lost them, so is asked.
  await page.getByRole('link', { name: '客户' }).first().click();
  const leaving = app.dialog('有未保存的修改');
  await leaving.getByRole('button', { name: '取消' }).click();
  await leaving.waitFor({ state: 'detached' });
  const [file] = await Promise.all([page.waitForEvent('download'), box.getByRole('button', { name: '下载' }).click()]);
  assert.equal(readFileSync(await file.path(), 'utf8').trim(), codes.join('\n'));
  await box.getByRole('button', { name: '我已保存' }).click();
  await box.getByText('已开启', { exact: true }).waitFor();
  assert.equal(await box.locator('.codes').count(), 0, 'shown once');

  const elsewhere = await open({ who: null, expected: [401] });
  await enter(elsewhere, person);
  const code = elsewhere.page.getByLabel('验证码');
  await code.waitFor();
  assert.deepEqual([await code.getAttribute('autocomplete'), await code.getAttribute('inputmode')], ['one-time-code', 'numeric']);
  await elsewhere.page.waitForFunction(() => document.activeElement?.id === 'code');
  await code.fill('000000');
  await elsewhere.page.keyboard.press('Enter');
  await elsewhere.page.locator('.form-error').getByText('验证码不正确').waitFor();
  elsewhere.signedIn = true;
  await code.fill(totp(secret, 1));
  await elsewhere.page.keyboard.press('Enter');
  await elsewhere.page.getByRole('heading', { name: `${person.name}，您好` }).waitFor();

  await box.getByRole('button', { name: '关闭两步验证' }).click();
  await box.getByLabel('密码', { exact: true }).fill('not-the-password');
  await page.keyboard.press('Enter');
  await box.locator('.field-error').getByText('当前密码不正确').waitFor();
  await box.getByLabel('密码', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await box.getByText('未开启').waitFor();
});

test('a recovery code comes in when the phone is lost, once', async ({ open, api, server }) => {
  const person = await colleague(api);
  const { codes } = await turnedOn(server, person);
  for (const [round, answer] of ['in', 'refused'].entries()) {
    const app = await open({ who: null, expected: [401] });
    const { page } = app;
    await enter(app, person);
    await page.getByRole('button', { name: '使用恢复码' }).click();
    const box = page.getByLabel('恢复码');
    await box.fill(codes[0].toUpperCase());
    await page.keyboard.press('Enter');
    if (answer === 'in') await page.getByRole('heading', { name: `${person.name}，您好` }).waitFor();
    else await page.locator('.form-error').waitFor();
    assert.equal(await box.count(), round);
  }
});

test('who lost phone and codes is helped by an administrator', async ({ open, api, server }) => {
  const person = await colleague(api);
  await turnedOn(server, person);
  const app = await open();
  await app.goto(`/settings/users?open=${person.id}`);
  const panel = app.page.locator('.panel .sign-in-of');
  await panel.getByRole('button', { name: '重置两步验证' }).click();
  await app.dialog(`重置“${person.name}”的两步验证？`).getByRole('button', { name: '重置两步验证' }).click();
  await panel.getByText('未开启').waitFor();
  assert.equal(await panel.getByRole('button', { name: '重置两步验证' }).count(), 0);
  await server.signIn(person);
});

test('a new password by link still asks for the code', async ({ open, api, server }) => {
  const person = await colleague(api);
  const { secret } = await turnedOn(server, person);
  const { url } = await api.call('POST', `/users/${person.id}/invite`, {});
  const link = new URL(url);
  const { page } = await open({ who: null, expected: [401] });
  await page.goto(link.pathname + link.search);
  await page.getByLabel('新密码', { exact: true }).fill('a-newer-long-phrase');
  await page.keyboard.press('Enter');
  await page.getByLabel('验证码').fill(totp(secret, 1));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `${person.name}，您好` }).waitFor();
});

test('too many tries are told how long to wait', async ({ open, server: usual }) => {
  const server = await Server.start(usual.engine);
  try {
    const { page } = await open({ who: null, server, locale: 'en', expected: [401, 429] });
    await page.goto('/');
    await page.getByLabel('Email').fill('somebody@example.com');
    const tried = async (password) => {
      await page.getByLabel('Password', { exact: true }).fill(password);
      const [answer] = await Promise.all([page.waitForResponse((r) => r.url().endsWith('/auth/login')), page.keyboard.press('Enter')]);
      await page.locator('.btn.loading').waitFor({ state: 'detached' });
      return answer.status();
    };
    for (let i = 0; i < 5; i++) assert.equal(await tried(`wrong-${i}`), 401);
    // The first wait is a second from the beginning of the try before. Where a try takes as long, it is over; the next is longer.
    await eventually(async () => assert.equal(await tried('wrong'), 429), 60_000);
    await page.locator('.form-error').getByText(/Too many attempts; try again in \d+ seconds/).waitFor();
  } finally {
    await server.stop();
  }
});
