// node .ci/count.mjs SKIPPED REPORT…  prints `N passed, N failed` (`, N skipped`) from the JSON reports of several runs:
// Vitest's, and that of check:history, in which each store counts as a test. Adds SKIPPED to the skipped tests. Exits
// with 1 unless at least one test passed in each run and none failed.
import { readFileSync } from 'node:fs';

const [skippedElsewhere, ...files] = process.argv.slice(2);

/** Stands for the empty report of a run that did not start. */
const NOT_STARTED = { testResults: [{ status: 'failed', assertionResults: [] }] };

const runs = files.map((file) => {
  const text = readFileSync(file, 'utf8');
  const report = text === '' ? NOT_STARTED : JSON.parse(text);
  if ('stores' in report) {
    const passed = report.runs.filter(({ violations }) => Object.keys(violations).length === 0).length;
    return { passed, failed: report.stores.length - passed, skipped: 0 };
  }
  const { testResults } = report;
  const tests = testResults.flatMap((each) => each.assertionResults);
  const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
  // a file that could not be loaded has no tests, and counts as one failure
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  return {
    passed: count('passed'),
    failed: count('failed') + broken,
    skipped: count('pending', 'skipped', 'todo', 'disabled'),
  };
});

const sum = (what) => runs.reduce((total, run) => total + run[what], 0);
const skipped = sum('skipped') + Number(skippedElsewhere);
process.stdout.write(
  `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = runs.length > 0 && runs.every(({ passed, failed }) => passed > 0 && failed === 0) ? 0 : 1;
