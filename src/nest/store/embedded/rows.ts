import { type Connection } from '../connection-store.js';
import { type Position } from '../log-store.js';
import { type Member } from '../membership-store.js';

type Row = Readonly<Record<string, unknown>>;

/** Copies field by field, because every message reads a connection. */
export function toConnection({
  connectionId,
  connectedAt,
  expiresAt,
  lastActiveAt,
  userId,
  isBatched,
  session,
}: Row): Connection {
  const connection = { connectionId, connectedAt, expiresAt, lastActiveAt };
  if (userId === null && isBatched === 0 && session === null) return connection as Connection;
  return {
    ...withoutDefaults({ ...connection, userId, isBatched }),
    ...(session !== null && { session }),
  } as unknown as Connection;
}

export function toMember(row: Row): Member {
  return withoutDefaults(row) as unknown as Member;
}

/** Leaves out the optional fields that were left out when the row was written. */
function withoutDefaults({ userId, isBatched, ...rest }: Row): Row {
  return { ...rest, ...(userId !== null && { userId }), ...(isBatched === 1 && { isBatched: true }) };
}

export function toPosition(row: Row | undefined): Position {
  return { epoch: row?.['epoch'] as string, offset: row?.['offset'] as number };
}

/** Whether a row that was just deleted had not expired. */
export function hadNotExpired(deleted: Row | undefined, now: number): boolean {
  return deleted !== undefined && Number(deleted['expiresAt']) > now;
}
