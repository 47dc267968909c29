import { type Check, GROUPS } from '../check.js';
import { withNames } from '../placeholders.js';
import { see } from '../sections.js';

/** The text of `--list`: each check with the permissions that it needs. */
export function listChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  return Object.entries(GROUPS)
    .map(([group, title]): readonly [string, readonly Check[]] => [
      title,
      checks.filter((check) => check.group === group),
    ])
    .filter(([, ofGroup]) => ofGroup.length > 0)
    .map(([title, ofGroup]) =>
      [
        title,
        ...ofGroup.flatMap((check) => [
          `  ${check.id.padEnd(width)}  ${check.title}`,
          `  ${''.padEnd(width)}  ${check.permissions.join(', ') || 'no permission'}`,
        ]),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('\n');
}

/** The text of `--explain ID`. */
export const explainCheck = (check: Check): string =>
  [
    `${check.id}: ${check.title} (${GROUPS[check.group]}, ${check.severity})`,
    '',
    `why   ${check.reason}`,
    `do    ${withNames(check.fix)}`,
    `needs ${check.permissions.join(', ') || 'no permission'}`,
    `see   ${see(check.section)}`,
  ]
    .map((line) => `${line}\n`)
    .join('');
