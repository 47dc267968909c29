import { hash } from 'node:crypto';

/** The body of a post with its hash, computed once for all recipients of the message. */
export interface HashedBody {
  readonly body: Uint8Array;
  /** SHA-256 in hexadecimal. */
  readonly bodyHash: string;
}

export function hashBody(data: string | Uint8Array): HashedBody {
  const body = typeof data === 'string' ? Buffer.from(data) : data;
  return { body, bodyHash: hash('sha256', body) };
}
