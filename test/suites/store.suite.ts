import { describe } from 'vitest';
import { concurrentJoinsSuite } from './store/concurrent-joins.suite.js';
import { connectionStoreSuite } from './store/connection-store.suite.js';
import { fullStoreSuite } from './store/full-store.suite.js';
import { idempotentAppendsSuite } from './store/idempotent-appends.suite.js';
import { logStoreSuite } from './store/log-store.suite.js';
import { lossSuite } from './store/loss.suite.js';
import { membershipStoreSuite } from './store/membership-store.suite.js';
import { oddNamesSuite } from './store/odd-names.suite.js';
import { reservationStoreSuite } from './store/reservation-store.suite.js';
import { serverTimeSuite } from './store/server-time.suite.js';
import { shardStoreSuite } from './store/shard-store.suite.js';
import { type OpenedStore, openStore, type StoreSuiteOptions } from './store/store-under-test.js';
import { tasksSuite } from './store/tasks.suite.js';

export interface StoreSuite {
  readonly name: string;
  readonly open: (options: StoreSuiteOptions) => Promise<OpenedStore>;
  /** Whether it can have no room left. */
  readonly canBeFull: boolean;
  /** Whether the store's time is that of a server, and not of this machine. */
  readonly hasServerTime: boolean;
}

/** Checks the guarantees of `store.ts` for one store: each contract by itself, and then what holds across contracts. */
export function storeSuite({ name, open, canBeFull, hasServerTime }: StoreSuite): void {
  describe(`the ${name} store`, () => {
    for (const suite of [
      connectionStoreSuite,
      membershipStoreSuite,
      logStoreSuite,
      idempotentAppendsSuite,
      shardStoreSuite,
      reservationStoreSuite,
      concurrentJoinsSuite,
      oddNamesSuite,
      tasksSuite,
      lossSuite,
      ...(hasServerTime ? [serverTimeSuite] : []),
      ...(canBeFull ? [fullStoreSuite] : []),
    ])
      suite((options) => openStore(open, options));
  });
}
