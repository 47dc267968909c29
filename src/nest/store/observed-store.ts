import { type ConnectionStore } from './connection-store.js';
import { type LogStore } from './log-store.js';
import { type MembershipStore } from './membership-store.js';
import { type ReservationStore } from './reservation-store.js';
import { type ShardStore } from './shard-store.js';
import { type StoreHealth } from './store-health.js';
import { StoreUnavailableError } from './store.errors.js';
import { Store } from './store.js';

/** Whether each method of a contract returns one result, or pages. */
type Returns<Contract> = Readonly<Record<keyof Contract, 'result' | 'pages'>>;

const CONNECTIONS: Returns<ConnectionStore> = {
  putConnection: 'result',
  touchConnection: 'result',
  getConnection: 'result',
  removeConnection: 'result',
  connectionsOf: 'pages',
  idleConnections: 'pages',
  connectionPage: 'result',
  counts: 'result',
};
const MEMBERSHIPS: Returns<MembershipStore> = {
  join: 'result',
  leave: 'result',
  isMember: 'result',
  findMemberships: 'result',
  countMembers: 'result',
  members: 'pages',
  memberRanges: 'result',
};
const LOGS: Returns<LogStore> = {
  append: 'result',
  position: 'result',
  findPosition: 'result',
  findPositions: 'result',
  readLog: 'result',
};
const SHARDS: Returns<ShardStore> = {
  putShards: 'result',
  takeShard: 'result',
  renewShard: 'result',
  releaseShard: 'result',
  finishShard: 'result',
  countShards: 'result',
};
const RESERVATIONS: Returns<ReservationStore> = {
  reserve: 'result',
  renew: 'result',
  keepResult: 'result',
  release: 'result',
};
const HEALTH: Returns<StoreHealth> = { probe: 'result' };

/** The name of a method, as metrics and spans have it. No two contracts share a name. */
export type StoreMethod =
  | keyof ConnectionStore
  | keyof MembershipStore
  | keyof LogStore
  | keyof ShardStore
  | keyof ReservationStore
  | keyof StoreHealth;

export interface StoreObserver {
  /** Called after each call, or after each page of a method that returns pages. Must not throw. */
  completed(method: StoreMethod, result: 'ok' | 'unavailable' | 'failed', seconds: number): void;
  /** Runs each call, for example within a span. */
  readonly within?: <T>(method: StoreMethod, call: () => Promise<T>) => Promise<T>;
}

/** Wraps each contract of a store so that the observer sees the duration and result of each call. */
export function observedStore(store: Store, observer: StoreObserver): Store {
  const health = observed<StoreHealth>(store, HEALTH, observer);
  return Object.assign(Object.create(Store.prototype) as Store, {
    connections: observed(store.connections, CONNECTIONS, observer),
    memberships: observed(store.memberships, MEMBERSHIPS, observer),
    logs: observed(store.logs, LOGS, observer),
    shards: observed(store.shards, SHARDS, observer),
    reservations: observed(store.reservations, RESERVATIONS, observer),
    clock: store.clock,
    probe: () => health.probe(),
    resetAfterLoss: () => store.resetAfterLoss(),
    close: () => store.close(),
  });
}

function observed<Contract>(
  contract: Contract,
  returns: Returns<Contract>,
  observer: StoreObserver,
): Contract {
  const names = Object.keys(returns) as (keyof Contract & StoreMethod)[];
  const methods = names.map((name) => {
    const method = (contract[name] as (...args: unknown[]) => unknown).bind(contract);
    const observe = observing(name, observer);
    return returns[name] === 'result'
      ? [name, (...args: unknown[]) => observe(() => method(...args) as Promise<unknown>)]
      : [name, (...args: unknown[]) => eachOf(method(...args) as AsyncIterable<unknown>, observe)];
  });
  return Object.fromEntries(methods) as Contract;
}

type Observe = <T>(call: () => Promise<T>) => Promise<T>;

function observing(method: StoreMethod, observer: StoreObserver): Observe {
  const timed: Observe = async (call) => {
    const startedAt = performance.now();
    try {
      const result = await call();
      observer.completed(method, 'ok', (performance.now() - startedAt) / 1000);
      return result;
    } catch (error) {
      const result = error instanceof StoreUnavailableError ? 'unavailable' : 'failed';
      observer.completed(method, result, (performance.now() - startedAt) / 1000);
      throw error;
    }
  };
  const { within } = observer;
  return within ? (call) => within(method, () => timed(call)) : timed;
}

async function* eachOf<Page>(pages: AsyncIterable<Page>, observe: Observe): AsyncIterable<Page> {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await observe(() => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
