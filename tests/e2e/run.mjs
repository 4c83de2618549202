// The browser tests: a real server, a real Chromium, the app as a person uses it. Words on the command line choose tests
// whose names hold them all; `-word` leaves some out. What fails is run once more.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { launch } from './kit/app.mjs';
import { Server } from './kit/server.mjs';
import { inLanes, twice } from './kit/suite.mjs';
import { chosen, runOne } from './kit/test.mjs';

const folder = join(import.meta.dirname, 'tests');
for (const file of readdirSync(folder).sort()) await import(join(folder, file));

const start = Date.now();
// More than there are processors: each waits for its page half of the time.
const lanes = Number(process.env.GUANXI_BROWSER_LANES ?? 2 * Math.min(2, availableParallelism()));
const tests = chosen(process.argv.slice(2));
let passed = 0;
const [flaky, failed] = [[], []];
const browser = await launch();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

async function suite(engine, tests, label) {
  if (tests.length === 0) return;
  const result = await twice(tests, (tests, again) => round(engine, tests, label, again));
  passed += result.passed;
  for (const [all, of] of [[flaky, result.flaky], [failed, result.failed]]) {
    all.push(...of.map(([test, problem]) => [label + test.name, problem]));
  }
}

/** On a new server, so that a second try meets nothing that the first left behind; and then with no other beside it. */
async function round(engine, tests, label, again) {
  const server = await Server.start(engine);
  const problems = new Map();
  try {
    const api = await server.signIn();
    await inLanes(tests, again ? 1 : lanes, async (test) => {
      const problem = await runOne(test, { browser, server, api }, label, again);
      if (problem) problems.set(test, problem);
    });
  } finally {
    await server.stop();
  }
  return problems;
}

try {
  await suite('sqlite', tests, '');
  if (process.env.GUANXI_TEST_POSTGRES) await suite('postgres', tests.filter((test) => test.everywhere), 'PostgreSQL: ');
} finally {
  await browser.close();
}
console.log(`in ${((Date.now() - start) / 1000).toFixed(0)} s`);
// Said again: among hundreds of lines nobody finds them.
const firstLines = (problem) => String(problem.message ?? problem).split('\n').slice(0, 3).join(' ');
for (const [mark, of] of [['flaky', flaky], ['FAIL', failed]]) {
  for (const [name, problem] of of) console.log(`${mark} ${name}: ${firstLines(problem)}`);
}
console.log(`${passed} passed, ${failed.length} failed`);
process.exit(failed.length > 0 || passed === 0 ? 1 : 0);
