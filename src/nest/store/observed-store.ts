import { Store } from './store.js';
import { StoreUnavailableError } from './store.errors.js';

/** Whether a method answers once, or in pages. */
const METHODS = {
  putConnection: 'answer',
  touchConnection: 'answer',
  getConnection: 'answer',
  removeConnection: 'answer',
  connectionsOf: 'pages',
  idleConnections: 'pages',
  counts: 'answer',
  join: 'answer',
  leave: 'answer',
  isMember: 'answer',
  countMembers: 'answer',
  members: 'pages',
  memberRanges: 'answer',
  append: 'answer',
  position: 'answer',
  readLog: 'answer',
  putShards: 'answer',
  takeShard: 'answer',
  renewShard: 'answer',
  releaseShard: 'answer',
  finishShard: 'answer',
  countShards: 'answer',
  reserve: 'answer',
  keepAnswer: 'answer',
  release: 'answer',
  ping: 'answer',
} as const satisfies Record<Exclude<keyof Store, 'close' | 'onApplicationShutdown'>, 'answer' | 'pages'>;

export type StoreMethod = keyof typeof METHODS;

export interface StoreObserver {
  /** The store has answered, with a page where it answers in pages. It must not throw. */
  answered(method: StoreMethod, result: 'ok' | 'unavailable' | 'failed', seconds: number): void;
  /** Runs what asks the store, where that is to be followed. */
  readonly within?: <T>(method: StoreMethod, ask: () => Promise<T>) => Promise<T>;
}

/** The same store, with somebody who sees how long each answer takes. */
export function observedStore(store: Store, observer: StoreObserver): Store {
  const observed = Object.create(Store.prototype) as Store;
  const define = (name: string, value: unknown) =>
    Object.defineProperty(observed, name, { value, writable: true, configurable: true });
  for (const [name, kind] of Object.entries(METHODS) as [StoreMethod, 'answer' | 'pages'][]) {
    const method = store[name].bind(store) as (...args: unknown[]) => unknown;
    const once = watching(name, observer);
    if (kind === 'answer')
      define(name, (...args: unknown[]) => once(() => method(...args) as Promise<unknown>));
    else define(name, (...args: unknown[]) => eachOf(method(...args) as AsyncIterable<unknown>, once));
  }
  define('close', () => store.close());
  return observed;
}

type Watch = <T>(ask: () => Promise<T>) => Promise<T>;

function watching(method: StoreMethod, observer: StoreObserver): Watch {
  const timed: Watch = async (ask) => {
    const startedAt = performance.now();
    try {
      const answer = await ask();
      observer.answered(method, 'ok', (performance.now() - startedAt) / 1000);
      return answer;
    } catch (error) {
      const result = error instanceof StoreUnavailableError ? 'unavailable' : 'failed';
      observer.answered(method, result, (performance.now() - startedAt) / 1000);
      throw error;
    }
  };
  const { within } = observer;
  return within ? (ask) => within(method, () => timed(ask)) : timed;
}

async function* eachOf<Page>(pages: AsyncIterable<Page>, once: Watch): AsyncIterable<Page> {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await once(() => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
