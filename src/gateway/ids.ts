import { randomFillSync } from 'node:crypto';

/** Ids in the form recorded from API Gateway, each generated for one use. */

/** 16 characters ending with `=`, for each event: `requestId`, `extendedRequestId` and `x-amz-apigw-id`. */
export const newRequestId = () => `${random(11, 'base64url')}=`;

/** 20 characters ending with `==`, for each message. */
export const newMessageId = () => `${random(13, 'base64url')}==`;

/** `Root=1-5759e988-bd862e3fe1be46a994272793`: seconds since 1970, then 12 random bytes, in hexadecimal. */
export const newTraceId = () => `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${random(12, 'hex')}`;

/** Random bytes in reserve: the system call would be the largest cost of a message's ids. */
const pool = Buffer.alloc(8 * 1024);
let taken = pool.length;

function random(bytes: number, encoding: 'base64url' | 'hex'): string {
  if (taken + bytes > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += bytes;
  return pool.toString(encoding, taken - bytes, taken);
}
