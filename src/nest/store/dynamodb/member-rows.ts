import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Member, type MemberRange } from '../membership-store.js';
import { type Item, N, numberOf, S } from './attributes.js';
import { channelsOf, connectionKey, isThere, ownerOf } from './connection-rows.js';
import { type DynamoDbLogStore } from './log-store.js';
import { inPages } from './pages.js';
import { type Key, type Table } from './table.js';

const partitionOf = (channel: ChannelName) => `M#${channel}`;

export function memberKey(channel: ChannelName, connectionId: ConnectionId): Key {
  return { pk: partitionOf(channel), sk: connectionId };
}

/** The member rows of a channel, in the byte order of their connection ids. */
export class MemberRows {
  readonly #table: Table;
  readonly #logs: DynamoDbLogStore;
  readonly #now: () => number;
  readonly #pageSize: number;

  constructor(table: Table, logs: DynamoDbLogStore, now: () => number, pageSize: number) {
    this.#table = table;
    this.#logs = logs;
    this.#now = now;
    this.#pageSize = pageSize;
  }

  async *list(channel: ChannelName, range: MemberRange): AsyncIterable<readonly Member[]> {
    yield* inPages(this.#found(channel, range), this.#pageSize);
  }

  count(channel: ChannelName, atMost?: number): Promise<number> {
    return this.#table.count({ pk: partitionOf(channel), ...this.#unexpired() }, atMost);
  }

  /**
   * Reads all member rows, because DynamoDB has no offsets. Eventually consistent reads, at half the price, are enough.
   */
  async ranges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    const cuts: ConnectionId[] = [];
    let members = 0;
    let last: ConnectionId | undefined;
    const pages = this.#table.query({
      pk: partitionOf(channel),
      only: '#sk',
      isStale: true,
      ...this.#unexpired(),
    });
    for await (const rows of pages) {
      for (const row of rows) {
        if (last !== undefined && members % size === 0) cuts.push(last);
        members += 1;
        last = connectionOf(row);
      }
    }
    return [...cuts, undefined].map((until, index) => ({ after: cuts[index - 1], until }));
  }

  /**
   * Sets a member's `joinedOffset`, unless it is set.
   *
   * @param offset the log's offset, read after the member's row was written
   * @returns the member's `joinedOffset`; undefined if the membership has ended
   */
  async settle(
    channel: ChannelName,
    connectionId: ConnectionId,
    membership: number,
    offset: number,
  ): Promise<number | undefined> {
    const settled = await this.#table.update(
      memberKey(channel, connectionId),
      'SET #joinedOffset = if_not_exists(#joinedOffset, :offset)',
      {
        condition: '#membership = :membership',
        values: { ':membership': N(membership), ':offset': N(offset) },
        returns: 'ALL_NEW',
      },
    );
    return settled === 'refused' ? undefined : numberOf(settled['joinedOffset']);
  }

  /** Deletes the row of a membership, unless it belongs to a later one. */
  async delete(channel: ChannelName, connectionId: ConnectionId, membership: number): Promise<void> {
    await this.#table.delete(memberKey(channel, connectionId), {
      condition: '#membership = :membership',
      values: { ':membership': N(membership) },
    });
  }

  async *#found(channel: ChannelName, { after, until }: MemberRange): AsyncIterable<readonly Member[]> {
    if (after !== undefined && until !== undefined && !isBefore(after, until)) return;
    const { filter, values } = this.#unexpired();
    const pages = this.#table.query({
      pk: partitionOf(channel),
      filter,
      values: {
        ...values,
        ...(after !== undefined && { ':after': S(after) }),
        ...(until !== undefined && { ':until': S(until) }),
      },
      limit: this.#pageSize,
      ...rangeCondition(after, until),
    });
    for await (const rows of pages) {
      const members = await this.#toMembers(
        channel,
        rows.filter((row) => row['sk']?.S !== after),
      );
      yield members;
    }
  }

  async #toMembers(channel: ChannelName, rows: readonly Item[]): Promise<readonly Member[]> {
    if (rows.every((row) => row['joinedOffset'] !== undefined)) {
      return rows.map((row) => toMember(row, numberOf(row['joinedOffset'])));
    }
    // joins that are in progress or were interrupted: see DynamoDbMembershipStore.#place
    const unsettled = rows.filter((row) => row['joinedOffset'] === undefined);
    const { offset } = await this.#logs.position(channel);
    const connections = await this.#table.getMany(unsettled.map((row) => connectionKey(connectionOf(row))));
    const offsets = new Map(
      await Promise.all(
        unsettled.map(
          async (row, index) =>
            [row, await this.#settleOrEnd(channel, row, connections[index], offset)] as const,
        ),
      ),
    );
    const members = rows.map((row) => {
      const joinedOffset = offsets.has(row) ? offsets.get(row) : numberOf(row['joinedOffset']);
      return joinedOffset === undefined ? undefined : toMember(row, joinedOffset);
    });
    return members.filter((member) => member !== undefined);
  }

  /**
   * As {@link settle}. The connection decides: if the membership has ended, nothing else would delete its row, because
   * what ended it may have come before the row was written.
   */
  async #settleOrEnd(
    channel: ChannelName,
    row: Item,
    connection: Item | undefined,
    offset: number,
  ): Promise<number | undefined> {
    const connectionId = connectionOf(row);
    const membership = numberOf(row['membership']);
    const isMember =
      isThere(connection, this.#now(), this.#table.id) && channelsOf(connection).get(channel) === membership;
    if (isMember) return this.settle(channel, connectionId, membership, offset);
    await this.delete(channel, connectionId, membership);
    return undefined;
  }

  #unexpired() {
    return { filter: '#expiresAt > :now', values: { ':now': N(this.#now()) } };
  }
}

const connectionOf = (row: Item) => row['sk']?.S as ConnectionId;

function toMember(row: Item, joinedOffset: number): Member {
  return {
    connectionId: connectionOf(row),
    ...ownerOf(row),
    joinedAt: numberOf(row['joinedAt']),
    joinedOffset,
  };
}

/** A query has one condition on the sort key; `BETWEEN` includes both bounds. */
function rangeCondition(
  after: ConnectionId | undefined,
  until: ConnectionId | undefined,
): { range?: string } {
  if (after !== undefined && until !== undefined) return { range: '#sk BETWEEN :after AND :until' };
  if (after !== undefined) return { range: '#sk > :after' };
  if (until !== undefined) return { range: '#sk <= :until' };
  return {};
}

/** In DynamoDB's order, which is that of the UTF-8 bytes. */
function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
