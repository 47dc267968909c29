import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const NONCE_BYTES = 5;
const SIGNATURE_BYTES = 8;

/**
 * Connection ids in AWS's form, which contain a signature. API Gateway responds with 400 to an id that it never
 * issued and with 410 to one whose connection is gone (recorded 2026-09, see PROTOCOL.md); the signature tells them
 * apart.
 */
export class ConnectionIds {
  readonly #key = randomBytes(32);
  // a counter: 5 random bytes would repeat among a million connections
  #next = randomBytes(NONCE_BYTES).readUIntBE(0, NONCE_BYTES);

  /** 20 characters of URL-safe base64 that end with `==`: a 5-byte number and 8 bytes of its signature. */
  issue(): string {
    const nonce = Buffer.alloc(NONCE_BYTES);
    // the lowest byte first: people tell ids apart by their first characters
    nonce.writeUIntLE(this.#next, 0, NONCE_BYTES);
    this.#next = (this.#next + 1) % 2 ** (8 * NONCE_BYTES);
    return encode(Buffer.concat([nonce, this.#sign(nonce)]));
  }

  /** Whether this gateway issued the id; its connection may be closed. */
  isIssued(id: string): boolean {
    const bytes = Buffer.from(id, 'base64url');
    // comparing the encoded form refuses other spellings of the same bytes
    if (bytes.length !== NONCE_BYTES + SIGNATURE_BYTES || encode(bytes) !== id) return false;
    return timingSafeEqual(bytes.subarray(NONCE_BYTES), this.#sign(bytes.subarray(0, NONCE_BYTES)));
  }

  #sign(nonce: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(nonce).digest().subarray(0, SIGNATURE_BYTES);
  }
}

const encode = (bytes: Uint8Array) => `${Buffer.from(bytes).toString('base64url')}==`;
