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

  /**
   * 20 characters of URL-safe base64 that end with `==`: 8 bytes of the signature, by whose first characters people tell
   * ids apart, and the signed 5-byte number.
   */
  issue(): string {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.writeUIntBE(this.#next, 0, NONCE_BYTES);
    this.#next = (this.#next + 1) % 2 ** (8 * NONCE_BYTES);
    return encode(Buffer.concat([this.#sign(nonce), nonce]));
  }

  /** Whether this gateway issued the id; its connection may be closed. */
  isIssued(id: string): boolean {
    const bytes = Buffer.from(id, 'base64url');
    // comparing the encoded form refuses other spellings of the same bytes
    if (bytes.length !== NONCE_BYTES + SIGNATURE_BYTES || encode(bytes) !== id) return false;
    const nonce = bytes.subarray(SIGNATURE_BYTES);
    return timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.#sign(nonce));
  }

  #sign(nonce: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(nonce).digest().subarray(0, SIGNATURE_BYTES);
  }
}

const encode = (bytes: Uint8Array) => `${Buffer.from(bytes).toString('base64url')}==`;
