import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { table } from '../bench/figures.ts';
import { type CheckedRun } from './check-store.ts';
import { RULES, type Violation } from './checks.ts';
import { type HistoryEvent } from './history.ts';

/** The figures of a run. */
export interface RunFigures {
  readonly store: string;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly failed: number;
  readonly received: number;
  readonly resumes: number;
  readonly notRecovered: number;
  readonly membershipsLost: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: Readonly<Record<string, number>>;
}

export function figuresOf({ store, history, violations }: CheckedRun): RunFigures {
  const { events } = history;
  const published = (outcome: string) =>
    events.filter((event) => event.kind === 'publish' && event.outcome === outcome).length;
  const joined = events.filter((event) => event.kind === 'joined');
  const countBy = <T>(items: readonly T[], name: (item: T) => string) =>
    Object.fromEntries([...Map.groupBy(items, name)].map(([key, group]) => [key, group.length]));
  return {
    store,
    acknowledged: published('ok'),
    unknown: published('unknown'),
    failed: published('failed'),
    received: events.filter(({ kind }) => kind === 'handled').length,
    resumes: joined.filter(({ recovered }) => recovered !== undefined).length,
    notRecovered: joined.filter(({ recovered }) => recovered === false).length,
    membershipsLost: events.filter((event) => event.kind === 'notice' && event.reason === 'memberships_lost')
      .length,
    faults: countBy(
      events.filter((event) => event.kind === 'fault'),
      ({ fault }) => fault,
    ),
    violations: countBy(violations, ({ rule }) => rule),
  };
}

export function summary(runs: readonly RunFigures[]): string {
  return table(
    [
      'store',
      'acknowledged',
      'unknown',
      'failed',
      'received',
      'resumes',
      'recovered: false',
      'memberships lost',
      'faults',
      'violations',
    ],
    runs.map((run) => [
      run.store,
      ...[run.acknowledged, run.unknown, run.failed, run.received].map(String),
      ...[run.resumes, run.notRecovered, run.membershipsLost].map(String),
      counts(run.faults),
      counts(run.violations) || '0',
    ]),
  );
}

const counts = (by: Readonly<Record<string, number>>) =>
  Object.entries(by)
    .map(([name, count]) => (count === 1 ? name : `${count} ${name}`))
    .join(', ');

/** The violations of a run, the first of each rule with the operations that show it. */
export function describeViolations(violations: readonly Violation[]): string {
  const lines: string[] = [];
  for (const [rule, found] of Map.groupBy(violations, (violation) => violation.rule)) {
    lines.push(`  ${rule} (${found.length}): ${RULES[rule]}`);
    for (const { message, events } of found.slice(0, SHOWN)) {
      lines.push(`    ${message}`, ...events.map((event) => `      ${describeEvent(event)}`));
    }
    if (found.length > SHOWN) lines.push(`    and ${found.length - SHOWN} more`);
  }
  return lines.join('\n');
}

const SHOWN = 3;
const EVENT_LENGTH = 400;

function describeEvent(event: HistoryEvent): string {
  const text = JSON.stringify(event);
  return text.length > EVENT_LENGTH ? `${text.slice(0, EVENT_LENGTH)}…` : text;
}

/** @returns the file */
export async function saveHistory({ history }: CheckedRun, folder: string): Promise<string> {
  const file = join(folder, 'history.ndjson');
  await writeFile(file, history.text());
  return file;
}
