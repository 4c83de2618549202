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

/**
 * Milliseconds that an answer is kept at most, another time for each: GUANXI_BROWSER_JITTER=400 brings out what counts on the
 * order in which answers come.
 */
const JITTER = Number(process.env.GUANXI_BROWSER_JITTER ?? 0);

const LOADING = '.boot, .skeleton, .progress, .tloading, [aria-busy=true]';
let asked = 0;

/** Runs before any script of the page: counts what it has asked of the API and not yet read to the end. */
function countAsked() {
  const fetch = window.fetch;
  window.underWay = 0;
  window.fetch = async (url, options) => {
    if (!String(url).includes('/api/v1/') || (options?.method ?? 'GET') !== 'GET') return fetch(url, options);
    window.underWay += 1;
    try {
      const answer = await fetch(url, options);
      // The page reads its own; this copy tells when all of it is there.
      await answer.clone().arrayBuffer();
      return answer;
    } finally {
      window.underWay -= 1;
    }
  };
}

/** Until nothing that matches has been there and no answer awaited for some frames, counted anew each time. */
function calm(page, loading) {
  asked += 1;
  return page.waitForFunction(([loading, asked]) => {
    if (window.calm?.asked !== asked) window.calm = { asked, frames: 0 };
    window.calm.frames = window.underWay > 0 || document.querySelector(loading) ? 0 : window.calm.frames + 1;
    return window.calm.frames > 3;
  }, [loading, asked]);
}

/** Until a page stands still, signed in or not: no button waits for an answer either. */
export const still = (page) => calm(page, `${LOADING}, .btn.loading`);

/** What the browser itself logs for an answer that the app handles. */
const REFUSED = /Failed to load resource: the server responded with a status of (\d+)/;
const UNREACHED = /Failed to load resource: net::ERR_/;

export class App {
  /** `who: null` stays signed out. `expected` are statuses that a test provokes, `offline` that it takes the network away. */
  static async open(browser, server, { who = owner, locale = 'zh-CN', theme, viewport = WIDE, touch = false, expected = [], offline = false } = {}) {
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
    app.context.setDefaultTimeout(45_000);
    if (JITTER) {
      await app.context.route('**/api/v1/**', async (route) => {
        await new Promise((done) => setTimeout(done, Math.random() * JITTER));
        await route.fallback().catch(() => {});
      });
    }
    await app.context.addInitScript(countAsked);
    app.page = await app.context.newPage();
    app.watch(app.page, expected, offline);
    if (who) await app.signIn(who);
    return app;
  }

  /** Errors of scripts and of the console, and dialogs no test asked for. */
  watch(page, expected, offline) {
    // Before anybody is signed in, the question for a session is answered by 401.
    const quiet = (status) => expected.includes(status) || (status === 401 && !this.signedIn);
    page.on('console', (message) => {
      const status = Number(message.text().match(REFUSED)?.[1]);
      if ((offline || this.server.stopping) && UNREACHED.test(message.text())) return;
      // Lists ask for the pictures of everybody on them, also of those that another test takes off; the app shows initials then.
      if (status === 404 && /\/users\/[^/]+\/avatar$/.test(message.location().url)) return;
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

  /** Until the shell is there and nothing is loading any more. */
  settled() {
    return calm(this.page, `html:not(:has(.shell)), ${LOADING}`);
  }

  /** Another size of the window, and what it shows then. */
  async resize(viewport) {
    await this.page.setViewportSize(viewport);
    await this.settled();
  }

  /**
   * Two clicks at once, as a hand makes them: the library waits for the page between them, on a slow machine for longer than a
   * double click lasts.
   */
  async doubleClick(locator) {
    await locator.hover();
    const { x, y, width, height } = await locator.boundingBox();
    const at = { x: x + width / 2, y: y + height / 2, button: 'left' };
    const hand = await this.context.newCDPSession(this.page);
    await Promise.all([1, 2].flatMap((clickCount) => ['mousePressed', 'mouseReleased'].map((type) => hand.send('Input.dispatchMouseEvent', { type, clickCount, ...at }))));
    await hand.detach();
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
