// Pictures of every screen with the demo data, in both languages and themes, wide and narrow, to be looked at:
// `node tests/e2e/screens.mjs [words]` writes shots/<screen>-<language>-<theme>-<width>.png. A word is the beginning of a
// screen's name or a part of a look (zh-light-1440); `=loading`, `=failed` and `=empty` show what stands where data is not.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, launch, PHONE, WIDE } from './kit/app.mjs';
import { colleague } from './kit/people.mjs';
import { findScene, SCREENS, show } from './kit/screens.mjs';
import { Server } from './kit/server.mjs';
import { Mailbox } from './kit/smtp.mjs';
import { shots } from './kit/test.mjs';
import { totp } from './kit/totp.mjs';

const given = process.argv.slice(2);
const state = given.find((word) => word.startsWith('='))?.slice(1);
const looks = ['zh-CN', 'en'].flatMap((locale) => ['light', 'dark'].flatMap((theme) => [WIDE, PHONE].map((viewport) => ({ locale, theme, viewport, name: `${locale.slice(0, 2)}-${theme}-${viewport.width}` }))));
const words = given.filter((word) => !word.startsWith('='));
const ofLooks = words.filter((word) => looks.some(({ name }) => name.includes(word)));
const ofScreens = words.filter((word) => !ofLooks.includes(word));
const wanted = (name) => ofScreens.length === 0 || ofScreens.some((word) => name.startsWith(word));

mkdirSync(shots, { recursive: true });
const mailbox = await Mailbox.open();
const server = await Server.start('sqlite', { demo: true, environment: mailbox.environment });
const [, email, password] = server.demo.match(/owner\s+(\S+)\s+(\S+)/);
const who = { email, password };
const api = await server.signIn(who);
const scene = await findScene(api);
const browser = await launch();

/** Somebody with a second factor, for the step that asks for it. */
const guarded = await colleague(api, { name: '林晓' });
const theirs = await server.signIn(guarded);
const { secret } = await theirs.get('/auth/second-factor');
await theirs.call('POST', '/auth/second-factor', { secret, code: totp(secret), password: guarded.password });

const enter = async ({ page }) => {
  await page.locator('#email').fill(guarded.email);
  await page.locator('#password').fill(guarded.password);
  await page.keyboard.press('Enter');
  await page.locator('#code').waitFor();
};
/** Before anybody is signed in. */
const gates = [
  ['sign-in', '/'],
  ['sign-in-code', '/', enter],
  ['sign-in-recovery', '/', async (app) => {
    await enter(app);
    await app.page.locator('.gate-ways button').first().click();
  }],
  ['forgot', '/forgot'],
  ['forgot-sent', '/forgot', async ({ page }) => {
    await page.locator('#email').fill('lin.xiao@example.com');
    await page.keyboard.press('Enter');
    await page.locator('.notice').waitFor();
  }],
  ['welcome', '/welcome?token=not-yet-tried'],
  ['reset', '/reset?token=not-yet-tried'],
  ['reset-wrong', '/reset?token=not-yet-tried', async ({ page }) => {
    await page.locator('#password').fill('12345678');
    await page.keyboard.press('Enter');
    await page.locator('.field-error, .form-error, a.btn.large').first().waitFor();
  }],
].filter(([name]) => wanted(name));

/** Answers nothing, a failure, or nothing at all, where a page asks for its data. */
const WITHOUT = {
  loading: () => {},
  failed: (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"title":"Service unavailable","code":"unavailable"}' }),
  empty: (route) => (/[0-9a-f]{8}-|workspace/.test(route.request().url()) ? route.fallback() : route.fulfill({ json: { data: [], page: { count: 0 } } })),
};

/** As high as what is to be seen, but for dialogs, which have to do with the window they get. */
async function picture({ page }, name) {
  const size = page.viewportSize();
  const more = await page.evaluate(() => {
    if (document.querySelector('dialog[open]')) return 0;
    const hidden = [...document.querySelectorAll('.main, .settings-body, .panel, .list-main.scroll, .gate')].map((box) => box.scrollHeight - box.clientHeight);
    return Math.min(Math.max(0, ...hidden), 2400);
  });
  if (more > 0) await page.setViewportSize({ ...size, height: size.height + more });
  await page.screenshot({ path: join(shots, `${name}.png`) });
  if (more > 0) await page.setViewportSize(size);
}

for (const { locale, theme, viewport, name: look } of looks) {
  if (!ofLooks.every((word) => look.includes(word))) continue;
  const attempt = async (app, name, prepare) => {
    await prepare().catch((error) => state || console.log(`${name} ${look}: ${error.message}`));
    await picture(app, `${name}-${look}${state ? `-${state}` : ''}`);
  };
  if (gates.length > 0 && !state) {
    const gate = await App.open(browser, server, { who: null, locale, theme, viewport, expected: [401, 409, 422] });
    for (const [name, path, prepare] of gates) {
      await attempt(gate, name, async () => {
        await gate.page.goto(path);
        await gate.page.locator('form').waitFor();
        await prepare?.(gate);
      });
    }
    await gate.close();
  }
  const app = await App.open(browser, server, { who, locale, theme, viewport, expected: [404] });
  // The demo's people have a language of their own, which the choice on this machine goes before.
  await app.context.addInitScript((tag) => localStorage.setItem('guanxi.locale', tag), locale);
  if (state) {
    app.context.setDefaultTimeout(1500);
    await app.context.route(/\/api\/v1\/(?!auth\/me|auth\/refresh|auth\/login)/, (route) => (route.request().method() === 'GET' ? WITHOUT[state](route) : route.fallback()));
  }
  for (const screen of SCREENS.filter(({ name }) => wanted(name))) await attempt(app, screen.name, () => show(app, screen, scene));
  if (app.faults.length > 0 && !state) console.log(`${look}: ${app.faults.join('\n')}`);
  await app.close();
}
await browser.close();
await server.stop();
mailbox.close();
