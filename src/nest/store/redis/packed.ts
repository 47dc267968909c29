import { type ConnectionId, type UserId } from '../../../api/integration.js';
import { type Connection, type Member, type NewConnection } from '../store.js';

type Who = Pick<NewConnection, 'userId' | 'isBatched'>;

/** Who is behind a connection, in one text: `b` if it is batched or `-`; `u` and the user, or `-`. */
export function packWho({ userId, isBatched }: Who): string {
  const batched = isBatched ? 'b' : '-';
  return userId === undefined ? `${batched}-` : `${batched}u${userId}`;
}

export function unpackWho(packed: string): Who {
  const batched = packed[0] === 'b' ? { isBatched: true } : {};
  return packed[1] === 'u' ? { userId: packed.slice(2) as UserId, ...batched } : batched;
}

/** @param fields of its hash, in the order of `CONNECTION_FIELDS` @returns undefined if it is not there */
export function unpackConnection(
  connectionId: ConnectionId,
  fields: readonly (string | null)[],
  now: number,
): Connection | undefined {
  const [connectedAt, expiresAt, lastActiveAt, who, isRemoved] = fields;
  if (!connectedAt || !expiresAt || !lastActiveAt || !who || isRemoved || Number(expiresAt) <= now)
    return undefined;
  return {
    connectionId,
    ...unpackWho(who),
    connectedAt: Number(connectedAt),
    expiresAt: Number(expiresAt),
    lastActiveAt: Number(lastActiveAt),
  };
}

/**
 * A member as the set of a channel has it: `id NUL token expiresAt joinedAt joinedOffset who`. All have the same score,
 * so that Redis orders them by their bytes, the id first: a page begins after an id, and one command reads a thousand
 * with all that is known of them.
 */
export interface PackedMember {
  readonly token: string;
  readonly expiresAt: number;
  readonly member: Member;
}

/** Where the members after this connection begin in the order of the set, and where those up to it end. */
export const afterMember = (id: ConnectionId) => `${id}\u0001`;
/** Where this connection's own entry is, if there is one: from here to {@link afterMember}. */
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
      ...unpackWho(packed.slice(joinedOffset + 1)),
      joinedAt: Number(packed.slice(expiresAt + 1, joinedAt)),
      joinedOffset: Number(packed.slice(joinedAt + 1, joinedOffset)),
    },
  };
}
