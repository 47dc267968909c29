import { type Figure } from './figures.ts';

/** Something that was to be reached, and what was measured. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly seen: string;
  readonly isMet: boolean;
}

/** What a part of the benchmark has to say. */
export interface Part {
  /** Markdown. */
  readonly text: string;
  readonly targets: readonly Target[];
}

/** The median is to be so large or larger. */
export function atLeast(what: string, wanted: number, { median }: Figure): Target {
  return target(what, `at least ${wanted}`, median, median >= wanted, wanted);
}

/** The median is to be so small or smaller. */
export function atMost(what: string, wanted: number, { median }: Figure): Target {
  return target(what, `at most ${wanted}`, median, median <= wanted, wanted);
}

function target(what: string, wanted: string, median: number, isMet: boolean, limit: number): Target {
  const missed = Math.ceil((Math.abs(median - limit) / limit) * 100);
  const seen = median >= 100 ? Math.round(median).toLocaleString('en-US') : median.toFixed(2);
  return { what, wanted, seen: isMet ? seen : `${seen}, missed by ${missed} %`, isMet };
}
