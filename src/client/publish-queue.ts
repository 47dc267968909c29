import type { ServerMessage } from '../api/messages.js';
import { clientError } from './errors.js';
import { utf8Length } from './utf8-length.js';

/** Publishes that have no reply yet: a bound for all channels together, and a key for each. */
export class PublishQueue {
  readonly #limit: number;
  /** Two of them do not make the same keys. */
  readonly #prefix: string;
  #waiting = 0;
  #keys = 0;

  constructor(limit: number, random: () => number) {
    this.#limit = limit;
    const part = () => Math.floor(random() * 2 ** 48).toString(36);
    this.#prefix = `${part()}${part()}-`;
  }

  /**
   * @param data any JSON value
   * @param fields of the message, as JSON
   * @param send sends the fields, with data and key
   * @returns the message's offset
   */
  async add(data: unknown, fields: string, send: (fields: string) => Promise<object>): Promise<number> {
    if (this.#waiting >= this.#limit) throw clientError('queue_full', `The limit is ${this.#limit}.`);
    // written now: the application may change it later
    const all = `${fields},"data":${serialize(data)},"key":"${this.#prefix}${(this.#keys += 1)}"`;
    const bytes = utf8Length(all) + ENVELOPE_BYTES;
    if (bytes > FRAME_BYTES) {
      throw clientError('message_too_large', `It has ${bytes} bytes, and a frame at most ${FRAME_BYTES}.`);
    }
    this.#waiting += 1;
    try {
      const reply = (await send(all)) as Extract<ServerMessage, { readonly type: 'published' }>;
      return reply.offset;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function serialize(data: unknown): string {
  let text: string | undefined;
  let cause: Error | undefined;
  try {
    text = JSON.stringify(data);
  } catch (error) {
    cause = error as Error;
  }
  if (text === undefined) {
    throw clientError('not_serializable', cause === undefined ? `It is ${typeof data}.` : cause.message, {
      cause,
    });
  }
  return text;
}

/** `{"action":"publish","id":…}`, with the longest id. */
const ENVELOPE_BYTES = 44;
/** API Gateway closes a connection with 1009 for a longer one, and no platform lets a script send several. */
const FRAME_BYTES = 32 * 1024;
