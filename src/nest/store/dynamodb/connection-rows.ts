import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { crc32 } from 'node:zlib';
import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName, type JsonText } from '../../../api/messages.js';
import { type Connection, type NewConnection } from '../connection-store.js';
import { type Item, N, numberOf, S, textOf } from './attributes.js';
import { IS_OF_THIS_TABLE, isOfTable } from './table-id.js';
import { type Key } from './table.js';

/**
 * Connections are spread over this number of partitions: few enough to count them all, and enough for the touches of
 * all messages at 1000 writes a second each. It must never change, because it decides where a row is.
 */
const PARTITIONS = 32;

/** The keys of all partitions. */
export const CONNECTION_PARTITIONS = Array.from({ length: PARTITIONS }, (_, index) => `C#${index}`);

export function connectionKey(connectionId: ConnectionId): Key {
  return { pk: CONNECTION_PARTITIONS[crc32(connectionId) % PARTITIONS]!, sk: connectionId };
}

/** The key of a user row, which refers to a connection. The connection's own row decides whose it is. */
export function userKey(userId: UserId, connectionId: ConnectionId): Key {
  return { pk: userPartition(userId), sk: connectionId };
}

export const userPartition = (userId: UserId) => `U#${userId}`;

/** @returns undefined without a row, or with an expired one, or one of another table */
export function toConnection(row: Item | undefined, now: number, tableId: string): Connection | undefined {
  if (!isThere(row, now, tableId)) return undefined;
  return {
    connectionId: row['sk']?.S as ConnectionId,
    ...ownerOf(row),
    ...(row['session'] && { session: textOf(row['session']) as JsonText }),
    connectedAt: numberOf(row['connectedAt']),
    expiresAt: numberOf(row['expiresAt']),
    lastActiveAt: numberOf(row['lastActiveAt']),
  };
}

/** {@link isThere} as a condition, which needs {@link thereAt}. */
export const IS_THERE = `#expiresAt > :now AND ${IS_OF_THIS_TABLE}`;

export const thereAt = (now: number, tableId: string): Item => ({ ':now': N(now), ':tableId': S(tableId) });

/** Whether a connection has not expired. One of another table is not there, because its memberships may be lost. */
export function isThere(row: Item | undefined, now: number, tableId: string): row is Item {
  return row !== undefined && numberOf(row['expiresAt']) > now && isOfTable(tableId, row);
}

/** Fields of a connection that its member rows copy. */
export interface Owner {
  readonly userId?: UserId | undefined;
  readonly isBatched?: boolean | undefined;
}

export function ownerOf(row: Item): Owner {
  const userId = textOf(row['userId']);
  return {
    ...(userId !== undefined && { userId: userId as UserId }),
    ...(row['isBatched']?.BOOL === true && { isBatched: true }),
  };
}

/** Attributes for a new row. */
export function ownerAttributes({ userId, isBatched }: Owner): Item {
  return {
    ...(userId !== undefined && { userId: S(userId) }),
    ...(isBatched === true && { isBatched: { BOOL: true } }),
  };
}

/** The end of a `SET` for an existing row, and a `REMOVE` for absent fields. */
export const ownerUpdate = (owner: Owner) => updateOf(ownerAttributes(owner), OWNER);

/** As {@link ownerUpdate}, with the session, which member rows do not copy. */
export function optionalUpdate(connection: NewConnection): OptionalUpdate {
  const { session } = connection;
  const present = { ...ownerAttributes(connection), ...(session !== undefined && { session: S(session) }) };
  return updateOf(present, [...OWNER, 'session']);
}

const OWNER = ['userId', 'isBatched'];

interface OptionalUpdate {
  readonly update: string;
  readonly values: Item;
}

function updateOf(present: Item, names: readonly string[]): OptionalUpdate {
  const attributes = Object.entries(present);
  const missing = names.filter((name) => !(name in present));
  const set = attributes.map(([name]) => `, #${name} = :${name}`).join('');
  const remove = missing.length > 0 ? ` REMOVE ${missing.map((name) => `#${name}`).join(', ')}` : '';
  return {
    update: set + remove,
    values: Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
  };
}

/**
 * The channels of a connection, each with the number of the membership, which counts the connection's joins. They are a
 * map in the connection's row, so that one write decides a join or a leave.
 */
export function channelsOf(row: Item | undefined): ReadonlyMap<ChannelName, number> {
  const channels = Object.entries(row?.['channels']?.M ?? {});
  return new Map(
    channels.map(([field, membership]) => [field.slice(1) as ChannelName, numberOf(membership)]),
  );
}

export const noChannels: AttributeValue = { M: {} };

/** The channel's field in that map. The prefix makes `__proto__` an ordinary field. */
export const channelField = (channel: ChannelName) => `#${channel}`;

/**
 * The first number of a connection's memberships. It is a time, so that it is greater than the numbers that this
 * connection had before the table was restored: a restored member row must not be taken for a later one.
 */
export const firstMembership = (now: number): AttributeValue => N(now);
