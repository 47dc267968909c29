import { Store } from './store.js';
import { StoreUnavailableError } from './store.errors.js';

/** Whether a method returns one result, or pages. */
const METHODS = {
  putConnection: 'result',
  touchConnection: 'result',
  getConnection: 'result',
  removeConnection: 'result',
  connectionsOf: 'pages',
  idleConnections: 'pages',
  counts: 'result',
  join: 'result',
  leave: 'result',
  isMember: 'result',
  countMembers: 'result',
  members: 'pages',
  memberRanges: 'result',
  append: 'result',
  position: 'result',
  readLog: 'result',
  putShards: 'result',
  takeShard: 'result',
  renewShard: 'result',
  releaseShard: 'result',
  finishShard: 'result',
  countShards: 'result',
  reserve: 'result',
  keepResult: 'result',
  release: 'result',
  ping: 'result',
} as const satisfies Record<Exclude<keyof Store, 'close' | 'onApplicationShutdown'>, 'result' | 'pages'>;

export type StoreMethod = keyof typeof METHODS;

export interface StoreObserver {
  /** Called after each call, or after each page of a method that returns pages. Must not throw. */
  completed(method: StoreMethod, result: 'ok' | 'unavailable' | 'failed', seconds: number): void;
  /** Runs each call, for example within a span. */
  readonly within?: <T>(method: StoreMethod, call: () => Promise<T>) => Promise<T>;
}

/** Wraps a store so that the observer sees the duration and result of each call. */
export function observedStore(store: Store, observer: StoreObserver): Store {
  const observed = Object.create(Store.prototype) as Store;
  const define = (name: string, value: unknown) =>
    Object.defineProperty(observed, name, { value, writable: true, configurable: true });
  for (const [name, kind] of Object.entries(METHODS) as [StoreMethod, 'result' | 'pages'][]) {
    const method = store[name].bind(store) as (...args: unknown[]) => unknown;
    const observe = observing(name, observer);
    if (kind === 'result')
      define(name, (...args: unknown[]) => observe(() => method(...args) as Promise<unknown>));
    else define(name, (...args: unknown[]) => eachOf(method(...args) as AsyncIterable<unknown>, observe));
  }
  define('close', () => store.close());
  return observed;
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
