import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { crc32 } from 'node:zlib';
import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type ChannelName } from '../../../api/messages.js';
import { type Connection } from '../store.js';
import { type Item, N, numberOf, S, textOf } from './attributes.js';
import { type Key } from './table.js';

/**
 * Connections are spread over so many partitions: few enough to count them all, and more than API Gateway's messages
 * keep busy at 1000 writes a second each. Never changes: it says where a row is.
 */
const PARTITIONS = 32;

/** The keys of all partitions. */
export const CONNECTION_PARTITIONS = Array.from({ length: PARTITIONS }, (_, index) => `C#${index}`);

export function connectionKey(connectionId: ConnectionId): Key {
  return { pk: CONNECTION_PARTITIONS[crc32(connectionId) % PARTITIONS]!, sk: connectionId };
}

/** A row that only leads to connections: of which user they are is asked of their own rows. */
export function userKey(userId: UserId, connectionId: ConnectionId): Key {
  return { pk: userPartition(userId), sk: connectionId };
}

export const userPartition = (userId: UserId) => `U#${userId}`;

/** @returns undefined when there is no row, or it counts as absent */
export function toConnection(row: Item | undefined, now: number): Connection | undefined {
  if (!row || !isThere(row, now)) return undefined;
  return {
    connectionId: row['sk']?.S as ConnectionId,
    ...ownerOf(row),
    connectedAt: numberOf(row['connectedAt']),
    expiresAt: numberOf(row['expiresAt']),
    lastActiveAt: numberOf(row['lastActiveAt']),
  };
}

export function isThere(row: Item | undefined, now: number): row is Item {
  return numberOf(row?.['expiresAt']) > now;
}

/** What a connection tells of itself; its members' rows repeat it. */
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

/** For a row that is put. */
export function ownerAttributes({ userId, isBatched }: Owner): Item {
  return {
    ...(userId !== undefined && { userId: S(userId) }),
    ...(isBatched === true && { isBatched: { BOOL: true } }),
  };
}

/** For a row that is updated: the end of a `SET`, and what it does not tell any more is removed. */
export function ownerUpdate(owner: Owner): { readonly update: string; readonly values: Item } {
  const attributes = Object.entries(ownerAttributes(owner));
  const missing = ['userId', 'isBatched'].filter((name) => !attributes.some(([known]) => known === name));
  const set = attributes.map(([name]) => `, #${name} = :${name}`).join('');
  const remove = missing.length > 0 ? ` REMOVE ${missing.map((name) => `#${name}`).join(', ')}` : '';
  return {
    update: set + remove,
    values: Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
  };
}

/**
 * The channels of a connection, each with the number that its membership has among those of the connection. They are in
 * its row, as a map, so that one write decides who joins and who leaves.
 */
export function channelsOf(row: Item | undefined): ReadonlyMap<ChannelName, number> {
  const channels = Object.entries(row?.['channels']?.M ?? {});
  return new Map(
    channels.map(([field, membership]) => [field.slice(1) as ChannelName, numberOf(membership)]),
  );
}

export const noChannels: AttributeValue = { M: {} };

/** The channel's name in that map. The mark makes `__proto__` a name like every other. */
export const channelField = (channel: ChannelName) => `#${channel}`;

export const noMemberships: AttributeValue = N(0);
