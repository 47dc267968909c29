// Prints `N passed, N failed` (`, N skipped`) from Vitest's JSON report; exits with 1 unless all passed.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
const report = text === '' ? { testResults: [{ status: 'failed', assertionResults: [] }] } : JSON.parse(text);

const tests = report.testResults.flatMap((file) => file.assertionResults);
const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
// a file that could not be loaded has no tests to count, and a run that did not begin has no report
const broken = report.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
).length;

const passed = count('passed');
const failed = count('failed') + broken;
const skipped = count('pending', 'skipped', 'todo', 'disabled');
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
