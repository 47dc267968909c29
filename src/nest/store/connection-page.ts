import { type Connection, type ConnectionCursor, type ConnectionPage } from './connection-store.js';

export const FIRST_PAGE: ConnectionCursor = { partition: 0, connectionId: '' };

/** What was read of a partition. */
export interface PartitionPage {
  /** Ids in ascending order: as many as were asked for, unless the partition ends. */
  readonly ids: readonly string[];
  /** Those of them that exist. */
  readonly connections: readonly Connection[];
}

/**
 * Reads a page from one partition after the other.
 *
 * @param read reads the next ids of a partition after an id
 */
export async function readConnectionPage(
  partitions: number,
  limit: number,
  after: ConnectionCursor,
  read: (partition: number, afterId: string, atMost: number) => Promise<PartitionPage>,
): Promise<ConnectionPage> {
  const connections: Connection[] = [];
  let remaining = limit;
  let afterId = after.connectionId;
  for (let { partition } = after; partition < partitions; partition += 1) {
    const page = await read(partition, afterId, remaining);
    connections.push(...page.connections);
    remaining -= page.ids.length;
    if (remaining <= 0) return { connections, next: { partition, connectionId: page.ids.at(-1) ?? afterId } };
    afterId = '';
  }
  return { connections };
}
