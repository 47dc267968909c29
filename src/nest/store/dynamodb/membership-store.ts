import { randomUUID } from 'node:crypto';
import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Position } from '../log-store.js';
import { type JoinOutcome, type Member, type MemberRange, MembershipStore } from '../membership-store.js';
import { type Item, N, numberOf, S, textOf, ttlOf } from './attributes.js';
import {
  channelField,
  channelsOf,
  connectionKey,
  IS_THERE,
  isThere,
  type Owner,
  ownerAttributes,
  ownerOf,
  ownerUpdate,
  thereAt,
} from './connection-rows.js';
import { headKey } from './log-rows.js';
import { type DynamoDbLogStore } from './log-store.js';
import { memberKey, type MemberRows } from './member-rows.js';
import { pause } from './pause.js';
import { type Table } from './table.js';

/**
 * Memberships. The connection's row decides: one conditional write to it joins, leaves, or ends all its memberships.
 * The member rows of the channel, which fan-outs read, follow: each has the number of its membership, and is written
 * and deleted only on the condition that this number has not changed. After writing one, a task reads the connection's
 * row again, and deletes the member row if the membership has ended in the meantime.
 */
export class DynamoDbMembershipStore extends MembershipStore {
  readonly #table: Table;
  readonly #members: MemberRows;
  readonly #logs: DynamoDbLogStore;
  readonly #now: () => number;

  constructor(table: Table, members: MemberRows, logs: DynamoDbLogStore, now: () => number) {
    super();
    this.#table = table;
    this.#members = members;
    this.#logs = logs;
    this.#now = now;
  }

  async join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome> {
    const entry = await this.#enter(channel, connectionId, maxChannels);
    if (!('connection' in entry)) return entry;
    const { kind, connection } = entry;
    const membership = channelsOf(connection).get(channel)!;
    if (kind === 'was_member' && (await this.#isPlaced(channel, connectionId, membership))) {
      return { kind, position: await this.#logs.position(channel) };
    }
    return { kind, position: await this.#place(channel, connection, membership) };
  }

  async leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const token = randomUUID();
    const before = await this.#table.update(
      connectionKey(connectionId),
      'SET #leftBy = :token REMOVE #channels.#channel',
      {
        condition: `${IS_THERE} AND attribute_exists(#channels.#channel)`,
        values: { ...thereAt(this.#now(), this.#table.id), ':token': S(token) },
        names: { '#channel': channelField(channel) },
        returns: 'ALL_OLD',
      },
    );
    if (before === 'refused') return this.#finishLeaving(channel, connectionId, token);
    await this.#members.delete(channel, connectionId, channelsOf(before).get(channel)!);
    return true;
  }

  async isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean> {
    const connection = await this.#table.get(connectionKey(connectionId));
    return isThere(connection, this.#now(), this.#table.id) && channelsOf(connection).has(channel);
  }

  async findMemberships(
    connectionId: ConnectionId,
    channels: readonly ChannelName[],
  ): Promise<readonly ChannelName[]> {
    const connection = await this.#table.get(connectionKey(connectionId));
    if (!isThere(connection, this.#now(), this.#table.id)) return [];
    const joined = channelsOf(connection);
    return channels.filter((channel) => joined.has(channel));
  }

  countMembers(channel: ChannelName, atMost?: number): Promise<number> {
    return this.#members.count(channel, atMost);
  }

  members(channel: ChannelName, range: MemberRange = {}): AsyncIterable<readonly Member[]> {
    return this.#members.list(channel, range);
  }

  memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]> {
    return this.#members.ranges(channel, size);
  }

  /** Copies changed fields of a connection to the member rows of its channels. */
  async refresh(
    connection: Owner & { readonly connectionId: ConnectionId; readonly expiresAt: number },
    channels: ReadonlyMap<ChannelName, number>,
  ): Promise<void> {
    const { update, values } = ownerUpdate(connection);
    const { connectionId, expiresAt } = connection;
    await Promise.all(
      Array.from(channels, ([channel, membership]) =>
        this.#table.update(
          memberKey(channel, connectionId),
          `SET #expiresAt = :expiresAt, #ttl = :ttl${update}`,
          {
            condition: '#membership = :membership',
            values: {
              ...values,
              ':membership': N(membership),
              ':expiresAt': N(expiresAt),
              ':ttl': ttlOf(expiresAt),
            },
          },
        ),
      ),
    );
  }

  /** Deletes the member rows of these memberships, and of no later ones. */
  async end(connectionId: ConnectionId, channels: ReadonlyMap<ChannelName, number>): Promise<void> {
    await Promise.all(
      Array.from(channels, ([channel, membership]) =>
        this.#members.delete(channel, connectionId, membership),
      ),
    );
  }

  /** Deletes the member rows of an absent connection. */
  forget(connectionId: ConnectionId, channels: readonly ChannelName[]): Promise<void> {
    return this.#table.deleteMany(channels.map((channel) => memberKey(channel, connectionId)));
  }

  /** Adds the channel to the connection's row. */
  async #enter(
    channel: ChannelName,
    connectionId: ConnectionId,
    maxChannels: number,
  ): Promise<
    | { readonly kind: 'joined' | 'was_member'; readonly connection: Item }
    | { readonly kind: 'unknown_connection' | 'too_many_channels' }
  > {
    const token = randomUUID();
    for (let attempts = 1; ; attempts += 1) {
      const now = this.#now();
      const entered = await this.#table.update(
        connectionKey(connectionId),
        'SET #joins = #joins + :one, #channels.#channel = #joins + :one, #joinedBy = :token',
        {
          condition: `${IS_THERE} AND attribute_not_exists(#channels.#channel) AND size(#channels) < :max`,
          values: {
            ...thereAt(now, this.#table.id),
            ':one': N(1),
            ':token': S(token),
            ':max': N(maxChannels),
          },
          names: { '#channel': channelField(channel) },
          returns: 'ALL_NEW',
        },
      );
      if (entered !== 'refused') return { kind: 'joined', connection: entered };
      const connection = await this.#table.get(connectionKey(connectionId));
      if (!isThere(connection, now, this.#table.id)) return { kind: 'unknown_connection' };
      const channels = channelsOf(connection);
      if (channels.has(channel)) {
        // the row has our token if an earlier attempt succeeded and its response was lost
        return { kind: textOf(connection['joinedBy']) === token ? 'joined' : 'was_member', connection };
      }
      if (channels.size >= maxChannels) return { kind: 'too_many_channels' };
      await pause(attempts);
    }
  }

  async #isPlaced(channel: ChannelName, connectionId: ConnectionId, membership: number): Promise<boolean> {
    const row = await this.#table.get(memberKey(channel, connectionId));
    return numberOf(row?.['membership']) === membership && row?.['joinedOffset'] !== undefined;
  }

  /**
   * Writes the member row, at first without `joinedOffset`, which is then set to the log's offset: a later append finds
   * the row. A task that reads the row in between also sets `joinedOffset`, and the first write wins. So the joining
   * task and a reader of the members after an append agree on whether the member gets that message.
   */
  async #place(channel: ChannelName, connection: Item, membership: number): Promise<Position> {
    const connectionId = connection['sk']?.S as ConnectionId;
    const now = this.#now();
    const expiresAt = numberOf(connection['expiresAt']);
    const { pk, sk } = memberKey(channel, connectionId);
    await this.#table.put(
      {
        pk: S(pk),
        sk: S(sk),
        membership: N(membership),
        joinedAt: N(now),
        expiresAt: N(expiresAt),
        ttl: ttlOf(expiresAt),
        ...ownerAttributes(ownerOf(connection)),
      },
      {
        // a row of this or a later membership stays; one of an earlier membership is replaced
        condition: 'attribute_not_exists(#pk) OR #membership < :membership OR #expiresAt <= :now',
        values: { ':membership': N(membership), ':now': N(now) },
      },
    );
    const [current, log] = await this.#table.getMany([connectionKey(connectionId), headKey(channel)]);
    const position = await this.#logs.memberPosition(channel, log, expiresAt);
    if (!isThere(current, now, this.#table.id) || channelsOf(current).get(channel) !== membership) {
      await this.#members.delete(channel, connectionId, membership);
      return position;
    }
    const newExpiresAt = numberOf(current['expiresAt']);
    const owner = ownerOf(current);
    if (newExpiresAt !== expiresAt || !isSameOwner(owner, ownerOf(connection))) {
      await this.refresh(
        { connectionId, expiresAt: newExpiresAt, ...owner },
        new Map([[channel, membership]]),
      );
    }
    const offset = await this.#members.settle(channel, connectionId, membership, position.offset);
    return { ...position, offset: offset ?? position.offset };
  }

  /** Deletes the member row of an interrupted leave. @returns whether the attempt with `token` ended the membership */
  async #finishLeaving(channel: ChannelName, connectionId: ConnectionId, token: string): Promise<boolean> {
    const row = await this.#table.get(memberKey(channel, connectionId));
    if (row === undefined) return false;
    // in this order: a number that has left the connection's row never returns
    const membership = numberOf(row['membership']);
    const connection = await this.#table.get(connectionKey(connectionId));
    if (channelsOf(connection).get(channel) === membership) return false;
    await this.#members.delete(channel, connectionId, membership);
    // the row has our token if an earlier attempt succeeded and its response was lost
    return textOf(connection?.['leftBy']) === token;
  }
}

function isSameOwner(one: Owner, other: Owner): boolean {
  return one.userId === other.userId && one.isBatched === other.isBatched;
}
