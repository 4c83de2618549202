// The browser tests: a real server, a real Chromium, the app as a person uses it. Words on the command line choose tests
// whose names hold them all; `-word` leaves some out.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { launch } from './kit/app.mjs';
import { Server } from './kit/server.mjs';
import { chosen, runOne } from './kit/test.mjs';

const folder = join(import.meta.dirname, 'tests');
for (const file of readdirSync(folder).sort()) await import(join(folder, file));

const start = Date.now();
const lanes = Number(process.env.GUANXI_BROWSER_LANES ?? Math.min(3, availableParallelism()));
const tests = chosen(process.argv.slice(2));
let passed = 0;
const failed = [];
const browser = await launch();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

async function suite(engine, tests, label) {
  if (tests.length === 0) return;
  const server = await Server.start(engine);
  try {
    const api = await server.signIn();
    const queue = [...tests];
    const lane = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const problem = await runOne(next, { browser, server, api }, label);
        if (problem) failed.push([label + next.name, problem]);
        else passed += 1;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await server.stop();
  }
}

try {
  await suite('sqlite', tests, '');
  if (process.env.GUANXI_TEST_POSTGRES) await suite('postgres', tests.filter((test) => test.everywhere), 'PostgreSQL: ');
} finally {
  await browser.close();
}
console.log(`in ${((Date.now() - start) / 1000).toFixed(0)} s`);
// Said again: among hundreds of lines nobody finds them.
for (const [name, problem] of failed) console.log(`FAIL ${name}: ${String(problem.message ?? problem).split('\n').slice(0, 3).join(' ')}`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exit(failed.length > 0 || passed === 0 ? 1 : 0);
