import { hash, timingSafeEqual } from 'node:crypto';

/**
 * The digest of a secret, for comparison in constant time. A caller that accepts several secrets compares with all of
 * them, so that the time does not show which one matched.
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
