import { hash } from 'node:crypto';
import { meteredUnits } from '../../../api/metered-units.js';

/** The body of a post. Its hash is computed once, for all recipients and attempts of the message. */
export class PostBody {
  readonly bytes: Uint8Array;
  #sha256: string | undefined;

  /** @param separateUnits as how many messages API Gateway would bill its messages one by one; as it bills the body if undefined */
  constructor(
    data: string | Uint8Array,
    private readonly separateUnits?: number,
  ) {
    this.bytes = typeof data === 'string' ? Buffer.from(data) : data;
  }

  /** As how many messages API Gateway bills it. */
  get units(): number {
    return meteredUnits(this.bytes.byteLength);
  }

  /** How many more it would be if its messages were posted one by one. */
  get savedUnits(): number {
    return this.separateUnits === undefined ? 0 : this.separateUnits - this.units;
  }

  /** In hexadecimal. */
  get sha256(): string {
    return (this.#sha256 ??= hash('sha256', this.bytes));
  }
}
