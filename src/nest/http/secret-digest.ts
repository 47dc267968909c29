import { hash, timingSafeEqual } from 'node:crypto';

/**
 * A secret that is only compared. Digests have one length, and the time a comparison takes tells nothing; who accepts
 * several compares with all of them, so that it does not tell which one was right either.
 */
export class SecretDigest {
  readonly #digest: Buffer;

  constructor(secret: string) {
    this.#digest = hash('sha256', secret, 'buffer');
  }

  equals(other: SecretDigest): boolean {
    return timingSafeEqual(this.#digest, other.#digest);
  }
}
