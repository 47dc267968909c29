import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedStore } from '../../src/nest/store/embedded.store.js';
import { type OpenedStore, type StoreSuiteOptions } from '../suites/store/store-under-test.js';

/** Stores on one file, for a test of the suite. */
export async function openEmbeddedStores(options: StoreSuiteOptions): Promise<OpenedStore> {
  const folder = await temporaryFolder();
  const stores: EmbeddedStore[] = [];
  const openBeside = async () => {
    const store = EmbeddedStore.open({ dataDir: folder.path, ...options });
    stores.push(store);
    return store;
  };
  const store = await openBeside();
  return {
    store,
    openBeside,
    async reopen() {
      await store.close();
      return openBeside();
    },
    cutOff: () => store.close(),
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
