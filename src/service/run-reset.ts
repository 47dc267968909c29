import { openStore } from '../nest/store/open-store.js';
import { readStoreConfig } from '../nest/environment/read-store-config.js';
import { explainFailure } from './explain-failure.js';

/** Resets the store of the settings, to be called after a backup was restored without the store noticing it. */
try {
  const config = readStoreConfig();
  const store = await openStore(config, (fields, message) => {
    process.stderr.write(`${message}: ${JSON.stringify(fields)}\n`);
  });
  try {
    await store.resetAfterLoss();
  } finally {
    await store.close();
  }
  process.stdout.write(
    `The ${config.store.kind} store was reset: every log begins a new epoch, and everything else was removed\n`,
  );
} catch (error) {
  for (const line of explainFailure(error)) process.stderr.write(`The store cannot be reset: ${line}\n`);
  process.exitCode = 1;
}
