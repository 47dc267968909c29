import { createHash } from 'node:crypto';

/** Random choices that a seed repeats. */
export class Random {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** An independent generator, so that its choices do not depend on the number of choices made here. */
  fork(name: string): Random {
    return new Random(`${this.#seed} ${name}`);
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#count += 1;
    return createHash('sha256').update(`${this.#seed} ${this.#count}`).digest().readUInt32BE() / 2 ** 32;
  }

  /** A whole number; both bounds are possible. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** @param probability from 0 to 1 */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)]!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, at: this.next() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}
