// How a list of tests is gone through: in lanes, and what failed once more.

/** Takes the tests one after the other, so many at once. */
export async function inLanes(tests, lanes, run) {
  const queue = [...tests];
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/**
 * Runs all, and then what failed once more. What passes then has passed, and is named as flaky: a browser on a busy machine
 * shall not turn a run red, and nobody shall miss that a test is to be mended. `round(tests, again)` runs them and gives a
 * map of those that failed with what was wrong.
 */
export async function twice(tests, round) {
  const first = await round(tests, false);
  const second = first.size > 0 ? await round([...first.keys()], true) : new Map();
  const flaky = [...first].filter(([test]) => !second.has(test));
  return { passed: tests.length - second.size, flaky, failed: [...second] };
}
