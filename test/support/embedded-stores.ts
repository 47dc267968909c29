import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { EmbeddedStore } from '../../src/nest/store/embedded.store.js';
import { type OpenedStore, type StoreSuiteOptions } from '../suites/store/store-under-test.js';

/** Stores on one file, for a test of the suite. */
export async function openEmbeddedStores({ now, pageMembers }: StoreSuiteOptions): Promise<OpenedStore> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'backchannel.sqlite');
  const stores: EmbeddedStore[] = [];
  let isFull = false;
  const openBeside = async () => {
    const freeBytes = () => (isFull ? 0 : Infinity);
    const store = EmbeddedStore.open({ dataDir: folder.path, pageMembers, freeBytes, ...(now && { now }) });
    stores.push(store);
    return store;
  };
  const store = await openBeside();
  const reopen = async () => {
    await store.close();
    return openBeside();
  };
  return {
    store,
    openBeside,
    reopen,
    cutOff: () => store.close(),
    async copy() {
      const older = `${file}-older`;
      using source = new DatabaseSync(file);
      await backup(source, older);
      return async () => {
        await store.close();
        // in place: the file keeps its identity
        await copyFile(older, file);
        return openBeside();
      };
    },
    fillUp: async () => {
      isFull = true;
    },
    async countKept() {
      using source = new DatabaseSync(file, { readOnly: true });
      const kept = ['channels', 'log', 'members', 'appends', 'reservations', 'shards'].map(
        (table) => `(SELECT count(*) FROM ${table})`,
      );
      return Number(source.prepare(`SELECT ${kept.join(' + ')} AS n`).get()?.['n']);
    },
    async [Symbol.asyncDispose]() {
      for (const opened of stores) await opened.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A folder that is removed when it is disposed of. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'backchannel-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
