import { type Figure } from './figures.ts';

/** A goal, and what was measured. */
export interface Target {
  readonly name: string;
  readonly expected: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** The result of one part of the benchmark. */
export interface Part {
  /** Markdown. */
  readonly text: string;
  readonly targets: readonly Target[];
}

/** The median should be `limit` or more. */
export function atLeast(name: string, limit: number, { median }: Figure): Target {
  return target(name, `at least ${limit}`, median, median >= limit, limit);
}

/** The median should be `limit` or less. */
export function atMost(name: string, limit: number, { median }: Figure): Target {
  return target(name, `at most ${limit}`, median, median <= limit, limit);
}

function target(name: string, expected: string, median: number, isMet: boolean, limit: number): Target {
  const missed = Math.ceil((Math.abs(median - limit) / limit) * 100);
  const measured = median >= 100 ? Math.round(median).toLocaleString('en-US') : median.toFixed(2);
  return { name, expected, measured: isMet ? measured : `${measured}, missed by ${missed} %`, isMet };
}
