import { TARGET_RETRY_MS } from '../silent/integration-choices.js';

/** Actual addresses of load balancers, listeners and Cloud Map services: name, ARN or logical id → `HOST[:PORT]`. */
export type Targets = ReadonlyMap<string, string | readonly string[]>;

/** One address of a target, for one request. */
export interface PooledTarget {
  /** `HOST` or `HOST:PORT` */
  readonly address: string;
  /** Call it when the address refused the connection: it is left out for some seconds. */
  readonly failed: () => void;
}

/** Spreads requests over the addresses of each target: healthy ones in turn. */
export class TargetPool {
  readonly #pools: ReadonlyMap<string, Pool>;

  /** @param now milliseconds on a clock that never goes back */
  constructor(
    targets: Targets,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#pools = new Map(
      [...targets].map(([name, addresses]) => [name, { addresses: [addresses].flat().map(member), next: 0 }]),
    );
  }

  /**
   * @param names of one target, most specific first; the first that has addresses counts
   * @returns `undefined` when none has addresses
   */
  next(names: readonly string[]): PooledTarget | undefined {
    const name = names.find((each) => this.#pools.has(each));
    const pool = name === undefined ? undefined : this.#pools.get(name);
    if (pool === undefined) return undefined;
    const { addresses } = pool;
    const inTurn = [...addresses.slice(pool.next), ...addresses.slice(0, pool.next)];
    // if all have failed, one of them is tried, as no other is left
    const chosen = inTurn.find(({ retryAt }) => retryAt <= this.now()) ?? inTurn[0];
    if (chosen === undefined) return undefined;
    pool.next = (addresses.indexOf(chosen) + 1) % addresses.length;
    const failed = () => {
      chosen.retryAt = this.now() + TARGET_RETRY_MS;
    };
    return { address: chosen.address, failed };
  }
}

interface Pool {
  readonly addresses: readonly Member[];
  /** Index of the address whose turn it is. */
  next: number;
}

interface Member {
  readonly address: string;
  retryAt: number;
}

const member = (address: string): Member => ({ address, retryAt: -Infinity });
