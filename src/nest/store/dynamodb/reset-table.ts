import { isHeadKey } from './log-rows.js';
import { type DynamoDbLogStore } from './log-store.js';
import { type Table } from './table.js';

/** Begins a new epoch of every log, and deletes all other rows. */
export async function resetTable(table: Table, logs: DynamoDbLogStore): Promise<void> {
  const segments = Array.from({ length: SEGMENTS }, async (_, segment) => {
    for await (const keys of table.keys(segment, SEGMENTS)) {
      for (const head of keys.filter(isHeadKey)) await logs.reset(head);
      await table.deleteMany(keys.filter((key) => !isHeadKey(key)));
    }
  });
  await Promise.all(segments);
}

/** Parts of the table that are reset at once, each with a page of keys in memory. */
const SEGMENTS = 16;
