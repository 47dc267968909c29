import { describe } from 'vitest';
import { resultsAreKept } from './store/reservations.js';
import { channelsAreJoined } from './store/channels.js';
import { connectionsAreKept } from './store/connections.js';
import { connectionsAreListed } from './store/listed-connections.js';
import { logsAreKept } from './store/logs.js';
import { membersAreListed } from './store/members.js';
import { joinsMissNothing } from './store/concurrent-joins.js';
import { oddNamesAreKeptApart } from './store/odd-names.js';
import { shardsAreTaken } from './store/shards.js';
import { type OpenedStore, openStore, type StoreSuiteOptions } from './store/store-under-test.js';
import { tasksShare } from './store/tasks.js';

export interface StoreSuite {
  readonly name: string;
  readonly open: (options: StoreSuiteOptions) => Promise<OpenedStore>;
}

/** Checks the guarantees of `store.ts` for one store. */
export function storeSuite({ name, open }: StoreSuite): void {
  describe(`the ${name} store`, () => {
    for (const part of [
      connectionsAreKept,
      connectionsAreListed,
      channelsAreJoined,
      membersAreListed,
      logsAreKept,
      joinsMissNothing,
      shardsAreTaken,
      resultsAreKept,
      oddNamesAreKeptApart,
      tasksShare,
    ])
      part(() => openStore(open));
  });
}
