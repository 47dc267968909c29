import { hash } from 'node:crypto';

/** The body of a post. Its hash is computed once, for all recipients and attempts of the message. */
export class PostBody {
  readonly bytes: Uint8Array;
  #sha256: string | undefined;

  constructor(data: string | Uint8Array) {
    this.bytes = typeof data === 'string' ? Buffer.from(data) : data;
  }

  /** In hexadecimal. */
  get sha256(): string {
    return (this.#sha256 ??= hash('sha256', this.bytes));
  }
}
