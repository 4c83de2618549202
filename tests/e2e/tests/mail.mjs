// Mail: a forgotten password, and an invitation that is sent.
import { PHONE, still, WIDE } from '../kit/app.mjs';
import { sideways, untranslated, violations } from '../kit/inspect.mjs';
import { colleague, PASSWORD } from '../kit/people.mjs';
import { Server } from '../kit/server.mjs';
import { linkIn, Mailbox } from '../kit/smtp.mjs';
import { assert, test } from '../kit/test.mjs';

/** A server that sends mail, for as long as `run` takes. */
async function mailing(engine, run) {
  const mailbox = await Mailbox.open();
  const server = await Server.start(engine, { environment: mailbox.environment });
  try {
    await run(server, mailbox, await server.signIn());
  } finally {
    await server.stop();
    mailbox.close();
  }
}

test('a forgotten password is set anew through a letter', { everywhere: true }, async ({ open, server: usual }) => {
  await mailing(usual.engine, async (server, mailbox, api) => {
    const person = await colleague(api, { locale: 'zh-CN' });
    const app = await open({ who: null, server, expected: [401, 409] });
    const { page } = app;
    await page.goto('/');
    await page.getByRole('link', { name: '忘记密码？' }).click();
    await page.getByRole('heading', { name: '忘记密码' }).waitFor();
    await page.getByLabel('邮箱').fill(person.email);
    await page.getByRole('button', { name: '发送链接' }).click();
    await page.getByText(`如果“${person.email}”对应可用的账号`).waitFor();
    // The invitation was a letter too.
    const link = linkIn(await mailbox.letter(person.email, 2));
    assert.match(link, /^\/reset\?token=/);
    await page.goto(link);
    await page.getByRole('heading', { name: '设置新密码' }).waitFor();
    await page.getByLabel('新密码', { exact: true }).fill('eine-ganz-neue-phrase');
    await page.keyboard.press('Enter');
    await page.locator('.shell').waitFor();
    app.signedIn = true;
    await assert.rejects(server.signIn(person), { status: 401 });
    await server.signIn({ ...person, password: 'eine-ganz-neue-phrase' });
    // A link works once; the page of a dead one leads to another.
    const { page: late } = await open({ who: null, server, expected: [409] });
    await late.goto(link);
    await late.getByLabel('新密码', { exact: true }).fill(PASSWORD);
    await late.keyboard.press('Enter');
    await late.getByRole('link', { name: '忘记密码？' }).waitFor();
  });
});

test('an invitation is sent, and its link can still be handed on', async ({ open, server: usual }) => {
  await mailing(usual.engine, async (server, mailbox, api) => {
    const email = 'li.na@example.com';
    const user = await api.make('users', { name: '李娜', email, roles: ['sales'], locale: 'zh-CN' });
    const app = await open({ server });
    const { page } = app;
    await app.goto(`/settings/users?open=${user.id}`);
    await page.locator('.sign-in-acts .btn').first().click();
    const dialog = app.dialog('发给“李娜”的链接');
    await dialog.getByText(`已发送到 ${email}`).waitFor();
    const shown = await dialog.getByLabel('链接').inputValue();
    const letter = await mailbox.letter(email);
    assert.ok(letter.includes('李娜，您好') && letter.includes(shown), letter);
  });
});

test('screens of a forgotten password: both languages, both themes, wide and narrow', async ({ open, server: usual }) => {
  await mailing(usual.engine, async (server) => {
    for (const [locale, words] of [['zh-CN', ['忘记密码？', '发送链接']], ['en', ['Forgot your password?', 'Send the link']]]) {
      const wrong = [];
      for (const viewport of [WIDE, PHONE]) {
        const { page } = await open({ who: null, server, viewport, locale });
        const look = async (where) => {
          await still(page);
          wrong.push(...(await sideways(page)).map((what) => `${where}: ${what}`));
          wrong.push(...(await untranslated(page, locale, ['nobody@example.com'])).map((what) => `${where}: ${what}`));
          for (const colorScheme of ['dark', 'light']) {
            await page.emulateMedia({ colorScheme });
            wrong.push(...(await violations(page)).map((what) => `${where}: ${what}`));
          }
        };
        await page.goto('/');
        await page.getByRole('link', { name: words[0] }).waitFor();
        await look('sign-in');
        await page.getByRole('link', { name: words[0] }).click();
        await page.getByRole('button', { name: words[1] }).waitFor();
        await look('asking');
        await page.locator('#email').fill('nobody@example.com');
        await page.keyboard.press('Enter');
        await page.locator('.notice').waitFor();
        await look('asked');
        await page.goto('/reset?token=not-yet-tried');
        await page.locator('#password').waitFor();
        await look('setting');
      }
      assert.deepEqual(wrong, [], locale);
    }
  });
});
