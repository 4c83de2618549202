// `node --test tests/e2e/kit`: what becomes of a browser test that fails.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { inLanes, twice } from './suite.mjs';

const [sound, flaky, broken] = ['sound', 'flaky', 'broken'].map((name) => ({ name }));

test('what failed is run once more, and passing then it is named as flaky', async () => {
  const rounds = [];
  const result = await twice([sound, flaky, broken], async (tests, again) => {
    rounds.push([tests.map(({ name }) => name), again]);
    const wrong = again ? [broken] : [flaky, broken];
    return new Map(wrong.map((test) => [test, `${test.name}, again ${again}`]));
  });
  assert.deepEqual(rounds, [[['sound', 'flaky', 'broken'], false], [['flaky', 'broken'], true]]);
  assert.deepEqual(result, { passed: 2, flaky: [[flaky, 'flaky, again false']], failed: [[broken, 'broken, again true']] });
});

test('nothing is run again where all passed', async () => {
  let rounds = 0;
  const result = await twice([sound], async () => {
    rounds += 1;
    return new Map();
  });
  assert.deepEqual([rounds, result], [1, { passed: 1, flaky: [], failed: [] }]);
});

test('no lane waits while there are tests', async () => {
  const seen = [];
  let release;
  const slow = new Promise((done) => { release = done; });
  const all = inLanes(['slow', 'a', 'b', 'c'], 2, async (name) => {
    if (name === 'slow') await slow;
    seen.push(name);
    if (name === 'c') release();
  });
  await all;
  assert.deepEqual(seen, ['a', 'b', 'c', 'slow']);
});
