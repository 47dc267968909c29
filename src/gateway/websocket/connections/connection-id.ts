import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const NONCE_BYTES = 5;
const SIGNATURE_BYTES = 8;

/**
 * Ids in AWS's form. A connection id vouches for itself: API Gateway answers 400 to one that it never issued and 410
 * to one whose connection is gone, without having to remember all of them (recorded 2026-09, see PROTOCOL.md).
 */
export class ConnectionIds {
  readonly #key = randomBytes(32);
  // counted rather than drawn: 5 random bytes would repeat among a million connections
  #next = randomBytes(NONCE_BYTES).readUIntBE(0, NONCE_BYTES);

  /** 20 characters of URL-safe base64 that end with `==`: a 5-byte number and 8 bytes of its signature. */
  issue(): string {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUIntBE(this.#next, 0, NONCE_BYTES);
    this.#next = (this.#next + 1) % 2 ** (8 * NONCE_BYTES);
    return encode(Buffer.concat([nonce, this.#sign(nonce)]));
  }

  /** Whether this gateway issued the id; it may be closed since. */
  isIssued(id: string): boolean {
    const bytes = Buffer.from(id, 'base64url');
    // encoding again refuses the other spellings of the same bytes
    if (bytes.length !== NONCE_BYTES + SIGNATURE_BYTES || encode(bytes) !== id) return false;
    return timingSafeEqual(bytes.subarray(NONCE_BYTES), this.#sign(bytes.subarray(0, NONCE_BYTES)));
  }

  #sign(nonce: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(nonce).digest().subarray(0, SIGNATURE_BYTES);
  }
}

const encode = (bytes: Uint8Array) => `${Buffer.from(bytes).toString('base64url')}==`;
