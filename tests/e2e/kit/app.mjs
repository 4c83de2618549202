// The app in a browser context of its own, and the few things all tests do with it.
import { chromium } from 'playwright-core';
import { owner } from './server.mjs';

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export function launch() {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  // Signals are the caller's: the library would close the browser and leave the tests waiting.
  return chromium.launch({ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false, executablePath: process.env.GUANXI_CHROMIUM ?? '/usr/bin/chromium', headless: true, args });
}

/** What the browser itself logs for an answer that the app handles. */
const REFUSED = /Failed to load resource: the server responded with a status of (\d+)/;

export class App {
  /** `who: null` stays signed out. `expected` are statuses that a test provokes. */
  static async open(browser, server, { who = owner, locale = 'zh-CN', theme, viewport = WIDE, touch = false, expected = [] } = {}) {
    const app = new App();
    app.server = server;
    app.faults = [];
    app.context = await browser.newContext({
      baseURL: server.url,
      locale,
      timezoneId: 'Asia/Shanghai',
      viewport,
      hasTouch: touch,
      reducedMotion: 'reduce',
      colorScheme: theme ?? 'light',
    });
    app.context.setDefaultTimeout(15_000);
    app.page = await app.context.newPage();
    app.watch(app.page, expected);
    if (who) await app.signIn(who);
    return app;
  }

  /** Errors of scripts and of the console, and dialogs no test asked for. */
  watch(page, expected) {
    // Before anybody is signed in, the question for a session is answered by 401.
    const quiet = (status) => expected.includes(status) || (status === 401 && !this.signedIn);
    page.on('console', (message) => {
      const status = Number(message.text().match(REFUSED)?.[1]);
      if (message.type() === 'error' && !quiet(status)) this.faults.push(`console: ${message.text().slice(0, 400)} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.faults.push(`script: ${error.message}`));
    page.on('dialog', (dialog) => {
      // Tests leave pages as they like; what the app itself asks is another matter.
      if (dialog.type() === 'beforeunload') return dialog.accept();
      this.faults.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  /** The way the app does it, with less to click: the session's cookie is the context's. */
  async signIn({ email, password }) {
    // A connection kept for later may be closed by the server just as it is taken again.
    const answer = await this.context.request.post('/api/v1/auth/login', { headers: { 'X-Guanxi-App': '1' }, data: { email, password }, maxRetries: 1 });
    if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
    // The app asks for a session only where somebody has signed in before.
    await this.context.addInitScript(() => {
      if (localStorage.getItem('guanxi.session') === null) localStorage.setItem('guanxi.session', '1');
    });
    this.signedIn = true;
  }

  async goto(path) {
    await this.page.goto(path);
    await this.settled();
  }

  async reload() {
    await this.page.reload();
    await this.settled();
  }

  /** Until nothing is loading any more, and stays so for some frames. */
  settled() {
    return this.page.waitForFunction(() => {
      const loading = !document.querySelector('.shell') || document.querySelector('.boot, .skeleton, .progress, .tloading, [aria-busy=true]');
      window.calm = loading ? 0 : (window.calm ?? 0) + 1;
      return window.calm > 8;
    });
  }

  /** A toast that says this. */
  toast(text) {
    return this.page.locator('.toast', { hasText: text });
  }

  /** A row of the list. */
  row(text) {
    return this.page.locator('.tbody [role=row]', { hasText: text });
  }

  /** A field of the record shown, by its label. */
  field(label) {
    return this.page.locator('.field').filter({ has: this.page.locator('dt', { hasText: new RegExp(`^${label}$`) }) });
  }

  /** Edits a field of one line in place. */
  async edit(label, value) {
    const field = this.field(label);
    await field.getByRole('button', { name: label }).click();
    const box = field.getByRole('textbox');
    await box.fill(value);
    await box.press('Enter');
  }

  dialog(name) {
    return this.page.getByRole('dialog', { name });
  }

  async close() {
    await this.context.close();
  }
}
