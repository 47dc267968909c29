import { type Target } from '../facts/target.js';
import { type Difference } from './compare-apis.js';

/** A line for each difference, with the value of either API below it. */
export function formatDifferences(here: Target, there: Target, differences: readonly Difference[]): string {
  const [ours, theirs] = [`${here.apiId}/${here.stageName}`, `${there.apiId}/${there.stageName}`];
  if (differences.length === 0) return `√ ${ours} and ${theirs} are the same, ids aside\n`;
  const width = Math.max(ours.length, theirs.length);
  return [
    ...differences.flatMap((difference) => [
      `‼ ${difference.setting}`,
      `    ${ours.padEnd(width)}  ${difference.here ?? 'not set'}`,
      `    ${theirs.padEnd(width)}  ${difference.there ?? 'not set'}`,
    ]),
    '',
    `${differences.length} difference${differences.length === 1 ? '' : 's'}`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
