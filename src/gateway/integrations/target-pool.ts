import { TARGET_CHECK_MS } from '../silent/integration-choices.js';
import { type DeclaredTargets, NOTHING_DECLARED, type ServiceInstance } from './declared-targets.js';
import { acceptsConnection } from './health-check.js';
import { targetNames } from './target-names.js';
import { type Attributes, parseTargetAddress, type TargetAddress } from './target-address.js';

/**
 * Actual addresses of load balancers, listeners and Cloud Map services: name, ARN or logical id →
 * `HOST[:PORT][?ATTRIBUTE=VALUE&…]`.
 */
export type Targets = ReadonlyMap<string, string | readonly string[]>;

/** One address of a target, for one request. */
export interface PooledTarget {
  /** `HOST:PORT` */
  readonly address: string;
  /** Call it when the address refused the connection: it is left out until it accepts one. */
  readonly failed: () => void;
}

/** What the addresses of a request must have. */
export interface Wanted {
  /** Port of an address without one, if no template declares it. */
  readonly port: string;
  /** Attributes that a Cloud Map URI requires. */
  readonly filters?: Attributes;
}

/** Spreads requests over the addresses of each target: healthy ones in turn. */
export class TargetPool {
  readonly #pools: ReadonlyMap<string, Pool>;
  readonly #ports: DeclaredTargets['ports'];
  /** `HOST:PORT` of each address that refused a connection. */
  readonly #unhealthy = new Map<string, HealthCheck>();

  /**
   * @param now milliseconds on a clock that never goes back
   * @param isHealthy whether an address accepts a connection
   */
  constructor(
    targets: Targets,
    { ports, instances }: DeclaredTargets = NOTHING_DECLARED,
    private readonly now: () => number = () => performance.now(),
    private readonly isHealthy: (address: string) => Promise<boolean> = acceptsConnection,
  ) {
    this.#ports = ports;
    this.#pools = new Map(
      addressesByName(targets, instances)
        .entries()
        .map(([name, addresses]) => [name, { addresses, next: 0 }]),
    );
  }

  /** Whether one of the names has addresses. */
  has(names: readonly string[]): boolean {
    return names.some((name) => this.#pools.has(name));
  }

  /**
   * @param names of one target, most specific first; the first that has addresses counts
   * @returns `undefined` when none has addresses with these attributes
   */
  next(names: readonly string[], { port, filters }: Wanted): PooledTarget | undefined {
    const name = names.find((each) => this.#pools.has(each));
    const pool = name === undefined ? undefined : this.#pools.get(name);
    if (pool === undefined) return undefined;
    const { addresses } = pool;
    const declared = names.map((each) => this.#ports.get(each)).find((each) => each !== undefined);
    const inTurn = [...addresses.slice(pool.next), ...addresses.slice(0, pool.next)]
      .filter((each) => filters === undefined || hasAttributes(each, filters, addresses))
      .map((each) => ({ each, address: `${each.host}:${each.port ?? declared ?? port}` }));
    // if all are unhealthy, all are used (H5.11)
    const chosen = inTurn.find(({ address }) => !this.#isLeftOut(address)) ?? inTurn[0];
    if (chosen === undefined) return undefined;
    pool.next = (addresses.indexOf(chosen.each) + 1) % addresses.length;
    const { address } = chosen;
    const failed = () => {
      this.#unhealthy.set(address, { dueAt: this.now() + TARGET_CHECK_MS });
    };
    return { address, failed };
  }

  /** Starts a check that is due: a request is never sent to an address to find out whether it is healthy again. */
  #isLeftOut(address: string): boolean {
    const check = this.#unhealthy.get(address);
    if (check === undefined) return false;
    if (check.dueAt <= this.now()) void this.#check(address, check);
    return true;
  }

  async #check(address: string, check: HealthCheck): Promise<void> {
    check.dueAt = Infinity;
    if (await this.isHealthy(address)) this.#unhealthy.delete(address);
    else check.dueAt = this.now() + TARGET_CHECK_MS;
  }
}

interface Pool {
  readonly addresses: readonly TargetAddress[];
  /** Index of the address whose turn it is. */
  next: number;
}

interface HealthCheck {
  /** Time of the next check; `Infinity` while one is running. */
  dueAt: number;
}

/**
 * The addresses of `--target` by name. Those of an instance that a template declares are added to the addresses of its
 * service, with the declared attributes, and without a port with that of `AWS_INSTANCE_PORT`.
 */
function addressesByName(
  targets: Targets,
  instances: readonly ServiceInstance[],
): ReadonlyMap<string, readonly TargetAddress[]> {
  const parsed = new Map(
    targets.entries().map(([name, texts]) => [name, [texts].flat().flatMap(addressesIn)] as const),
  );
  const ofServices = instances.flatMap(({ serviceArn, names, attributes, ...instance }) =>
    names
      .flatMap((name) => parsed.get(name) ?? [])
      .map(({ host, port, ...own }) => ({
        serviceArn,
        address: {
          host,
          port: port ?? instance.port,
          attributes: new Map([...attributes, ...own.attributes]),
        },
      })),
  );
  for (const { serviceArn, address } of ofServices) {
    const named = targetNames(serviceArn).find((name) => parsed.has(name)) ?? serviceArn;
    parsed.set(serviceArn, [...(parsed.get(named) ?? []), address]);
  }
  return parsed;
}

function addressesIn(text: string): readonly TargetAddress[] {
  const address = parseTargetAddress(text);
  // the text was checked before
  return address === undefined ? [] : [address];
}

/** Filters have no effect on a target of which no address has attributes. */
const hasAttributes = (
  { attributes }: TargetAddress,
  filters: Attributes,
  all: readonly TargetAddress[],
): boolean =>
  all.every((each) => each.attributes.size === 0) ||
  filters.entries().every(([name, value]) => attributes.get(name) === value);
