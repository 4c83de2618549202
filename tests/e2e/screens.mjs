// Pictures of every screen with the demo data, in both languages and themes, wide and narrow, to be looked at:
// `node tests/e2e/screens.mjs [words]` writes shots/<screen>-<language>-<theme>-<width>.png.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, launch, PHONE, WIDE } from './kit/app.mjs';
import { findScene, SCREENS, show } from './kit/screens.mjs';
import { Server } from './kit/server.mjs';
import { shots } from './kit/test.mjs';

const words = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const server = await Server.start('sqlite', { demo: true });
const [, email, password] = server.demo.match(/owner\s+(\S+)\s+(\S+)/);
const who = { email, password };
const scene = await findScene(await server.signIn(who));
const browser = await launch();

const looks = ['zh-CN', 'en'].flatMap((locale) => ['light', 'dark'].flatMap((theme) => [WIDE, PHONE].map((viewport) => ({ locale, theme, viewport }))));
for (const { locale, theme, viewport } of looks) {
  const look = `${locale}-${theme}-${viewport.width}`;
  if (words.some((word) => looks.some((l) => `${l.locale}-${l.theme}-${l.viewport.width}`.includes(word)) && !look.includes(word))) continue;
  const screens = SCREENS.filter(({ name }) => words.every((word) => look.includes(word) || name.startsWith(word)));
  const gate = await App.open(browser, server, { who: null, locale, theme, viewport });
  await gate.page.goto('/');
  await gate.page.locator('#password').waitFor();
  await gate.page.screenshot({ path: join(shots, `sign-in-${look}.png`) });
  await gate.close();
  const app = await App.open(browser, server, { who, locale, theme, viewport });
  // The demo's people have a language of their own, which the choice on this machine goes before.
  await app.context.addInitScript((tag) => localStorage.setItem('guanxi.locale', tag), locale);
  for (const screen of screens) {
    try {
      await show(app, screen, scene);
    } catch (error) {
      console.log(`${screen.name} ${look}: ${error.message}`);
    }
    await app.page.screenshot({ path: join(shots, `${screen.name}-${look}.png`) });
  }
  if (app.faults.length > 0) console.log(`${look}: ${app.faults.join('\n')}`);
  await app.close();
}
await browser.close();
await server.stop();
