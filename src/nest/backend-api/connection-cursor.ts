import { type ConnectionCursor } from '../store/connection-store.js';

/** The form of a cursor as text. For callers it is opaque. */
export const CURSOR = /^(\d{1,3})\.([\x21-\x7e]{0,256})$/;

export function writeCursor({ partition, connectionId }: ConnectionCursor): string {
  return `${partition}.${connectionId}`;
}

/** @param text of the form {@link CURSOR} */
export function readCursor(text: string): ConnectionCursor {
  const [, partition, connectionId = ''] = CURSOR.exec(text) ?? [];
  return { partition: Number(partition), connectionId };
}
