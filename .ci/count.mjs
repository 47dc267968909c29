// node .ci/count.mjs SKIPPED REPORT…  prints what failed, and last `N passed, N failed` (`, N skipped`), from the JSON
// reports of several runs: Vitest's, and that of check:history, in which each store counts as a test. Adds SKIPPED to the
// skipped tests. Exits with 1 unless at least one test passed in each run and none failed.
import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

const [skippedElsewhere, ...files] = process.argv.slice(2);

/** Stands for the empty report of a run that did not start. */
const NOT_STARTED = { testResults: [{ status: 'failed', assertionResults: [] }] };

const runs = files.map((file) => {
  const text = readFileSync(file, 'utf8');
  const report = text === '' ? NOT_STARTED : JSON.parse(text);
  if ('stores' in report) {
    const passed = report.runs.filter(({ violations }) => Object.keys(violations).length === 0);
    const failures = report.stores
      .filter((store) => passed.every((run) => run.store !== store))
      .map((store) => `check:history: ${store}, seed ${report.seed}`);
    return { passed: passed.length, failures, skipped: 0 };
  }
  const { testResults } = report;
  const tests = testResults.flatMap((each) => each.assertionResults);
  const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
  return {
    passed: count('passed'),
    failures: testResults.flatMap((each) => failuresOf(each, basename(file, '.json'))),
    skipped: count('pending', 'skipped', 'todo', 'disabled'),
  };
});

/** A line for each failed test of a file. A file that could not be loaded has no tests, and counts as one failure. */
function failuresOf({ status, name = 'nothing was run', message, assertionResults }, run) {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  const line = (what, reason = '') => `${run}: ${relative('.', name)}: ${what}: ${reason.split('\n', 1)[0]}`;
  if (failed.length > 0) return failed.map((test) => line(test.fullName, test.failureMessages?.[0]));
  return status === 'failed' ? [line('could not be run', message)] : [];
}

const failures = runs.flatMap((run) => run.failures);
for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
const sum = (what) => runs.reduce((total, run) => total + run[what], 0);
const skipped = sum('skipped') + Number(skippedElsewhere);
process.stdout.write(
  `${sum('passed')} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = runs.length > 0 && failures.length === 0 && runs.every(({ passed }) => passed > 0) ? 0 : 1;
