// Tests by name, the runner of them, and what they check with.
import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App } from './app.mjs';

export { assert };
export const shots = join(resolve(import.meta.dirname, '../../..'), 'shots');

const tests = [];

/** `everywhere: true` for what is run on PostgreSQL as well. */
export function test(name, options, run) {
  tests.push(typeof options === 'function' ? { name, run: options } : { name, run, ...options });
}

/** Tests whose names hold all the words, and none of those that begin with a minus. */
export const chosen = (words) => tests.filter(({ name }) => words.every((word) => (word.startsWith('-') ? !name.includes(word.slice(1)) : name.includes(word))));

let counter = 0;
/** A word no other test has, nor is part of another's, so that many can share a server. */
export function unique(prefix = '') {
  counter += 1;
  const [count, time] = [counter, Date.now()].map((n) => n.toString(36));
  return `${prefix}${count.padStart(3, '0')}${time.slice(-5)}`;
}

/** Tries until it holds; the last refusal is what is told. For what is stored a moment after it is shown. */
export async function eventually(check, within = 30_000) {
  const end = Date.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

/** Keeps the first request of this kind from the server until it is released; others pass. */
export async function held(page, { path, method }) {
  let [release, reached] = [];
  const waiting = new Promise((done) => { reached = done; });
  const open = new Promise((done) => { release = done; });
  let first = true;
  await page.route(path, async (route) => {
    if (first && route.request().method() === method) {
      first = false;
      reached();
      await open;
    }
    await route.fallback().catch(() => {});
  });
  return { waiting, release };
}
/** Seconds. Like all limits here it says how long a failure may take, and not how fast a machine must be. */
const LATE = 300;

/** Runs one test with pages of its own, and says what was wrong. What passes only when it is run again is flaky. */
export async function runOne({ name, run, server: own }, { browser, server, api }, label, again = false) {
  const apps = [];
  const open = async (options) => {
    const app = await App.open(browser, options?.server ?? server, options);
    apps.push(app);
    return app;
  };
  const start = Date.now();
  const late = new Promise((_, failed) => setTimeout(failed, LATE * 1000, new Error(`took longer than ${LATE} s`)).unref());
  let problem;
  try {
    await Promise.race([run({ browser, server, api, open }), late]);
    const faults = apps.flatMap((app) => app.faults);
    assert.equal(faults.length, 0, faults.join('\n'));
  } catch (error) {
    problem = error;
    const faults = apps.flatMap((app) => app.faults).join('\n');
    if (faults && !problem.message.includes(faults)) problem.stack += `\n${faults}`;
    mkdirSync(shots, { recursive: true });
    for (const [i, app] of apps.entries()) {
      const path = join(shots, `failed-${name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}-${i}.png`);
      await app.page.screenshot({ path }).catch(() => {});
    }
  }
  await Promise.all(apps.map((app) => app.close().catch(() => {})));
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  const mark = problem ? 'FAIL' : again ? 'flaky' : 'ok';
  console.log(`${mark.padStart(6)} ${seconds.padStart(5)} s  ${label}${name}`);
  if (problem) console.log(String(problem.stack ?? problem).replaceAll(/^/gm, '        '));
  return problem;
}
