import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type JsonText } from '../../../api/messages.js';
import { type Connection, type NewConnection } from '../connection-store.js';
import { type Member } from '../membership-store.js';

type Owner = Pick<NewConnection, 'userId' | 'isBatched'>;

/** The owner of a connection as one text: `b` if it is batched, or `-`; then `u` and the user id, or `-`. */
export function packOwner({ userId, isBatched }: Owner): string {
  const batched = isBatched ? 'b' : '-';
  return userId === undefined ? `${batched}-` : `${batched}u${userId}`;
}

export function unpackOwner(packed: string): Owner {
  const batched = packed[0] === 'b' ? { isBatched: true } : {};
  return packed[1] === 'u' ? { userId: packed.slice(2) as UserId, ...batched } : batched;
}

/** @param fields as the script `READ_CONNECTION` returns them @returns undefined if the connection is absent */
export function unpackConnection(
  connectionId: ConnectionId,
  fields: readonly (string | number | null)[],
): Connection | undefined {
  if (fields.length === 0) return undefined;
  const [connectedAt, expiresAt, lastActiveAt, owner, isInDoubt, session] = fields;
  return {
    connectionId,
    ...unpackOwner(String(owner)),
    ...(typeof session === 'string' && { session: session as JsonText }),
    connectedAt: Number(connectedAt),
    expiresAt: Number(expiresAt),
    lastActiveAt: Number(lastActiveAt),
    ...(isInDoubt === 1 && { hasLostMemberships: true }),
  };
}

/**
 * A member as an entry of the channel's set: `id NUL token expiresAt joinedAt joinedOffset owner`. All entries have the
 * same score, so that Redis orders them by their bytes, the id first. A page begins after an id, and one command reads
 * a thousand members with all their fields.
 */
export interface PackedMember {
  readonly token: string;
  readonly expiresAt: number;
  readonly member: Member;
}

/** The bound between this connection's entry and the members after it. */
export const afterMember = (id: ConnectionId) => `${id}\u0001`;
/** The bound before this connection's entry; {@link afterMember} is the bound after it. */
export const fromMember = (id: ConnectionId) => `${id}\u0000`;

export function idOfMember(packed: string): ConnectionId {
  return packed.slice(0, packed.indexOf('\u0000')) as ConnectionId;
}

export function unpackMember(packed: string): PackedMember {
  const id = packed.indexOf('\u0000');
  const token = packed.indexOf(' ', id);
  const expiresAt = packed.indexOf(' ', token + 1);
  const joinedAt = packed.indexOf(' ', expiresAt + 1);
  const joinedOffset = packed.indexOf(' ', joinedAt + 1);
  return {
    token: packed.slice(id + 1, token),
    expiresAt: Number(packed.slice(token + 1, expiresAt)),
    member: {
      connectionId: packed.slice(0, id) as ConnectionId,
      ...unpackOwner(packed.slice(joinedOffset + 1)),
      joinedAt: Number(packed.slice(expiresAt + 1, joinedAt)),
      joinedOffset: Number(packed.slice(joinedAt + 1, joinedOffset)),
    },
  };
}

/** Splits a flat list (name, value, …) into pairs. */
export function pairs(list: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index]!, list[2 * index + 1]!]);
}
