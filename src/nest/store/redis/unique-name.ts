import { randomBytes } from 'node:crypto';

/** A unique name for an epoch, an owner, or for shards: random bytes of this process, and a number. */
export function newUniqueName(): string {
  count += 1;
  return `${PROCESS}${count.toString(36)}`;
}

const PROCESS = randomBytes(9).toString('base64url');
let count = 0;
