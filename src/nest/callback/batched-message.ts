import { QUOTAS } from '../../api/quotas.js';
import { TooLargeError } from './callback.errors.js';

/** A message to a client that accepts several messages in one frame. It may be posted with the message before it. */
export class BatchedMessage {
  readonly data: string | Uint8Array;
  readonly bytes: number;
  readonly queuedAt = performance.now();
  /** Set when the post of a message before it has settled this one, too. */
  outcome: { readonly error?: unknown } | undefined;

  constructor(data: string | Uint8Array) {
    this.data = data;
    this.bytes = Buffer.byteLength(data);
  }
}

/**
 * Posts a message and those that wait directly behind it as one JSON array, up to the size that API Gateway meters as
 * one message. A message without others is posted unmodified.
 *
 * Success and a final error settle every message in the post. A transient error settles none: each message has its own
 * deadline, and is retried later, alone or in another batch.
 *
 * @param waiting the messages that wait for the same connection, in order; undefined for work that cannot be batched
 */
export async function postBatch(
  first: BatchedMessage,
  waiting: Iterable<BatchedMessage | undefined>,
  post: (data: string | Uint8Array) => Promise<void>,
): Promise<void> {
  const others = thatFit(first, waiting);
  if (others.length === 0) return post(first.data);
  try {
    await post(asArray([first, ...others]));
    for (const message of others) message.outcome = {};
  } catch (error) {
    // each message may be small enough by itself
    if (error instanceof TooLargeError) return post(first.data);
    if (isFinal(error)) for (const message of others) message.outcome = { error };
    throw error;
  }
}

function thatFit(first: BatchedMessage, waiting: Iterable<BatchedMessage | undefined>): BatchedMessage[] {
  const others: BatchedMessage[] = [];
  let bytes = first.bytes + BRACKETS;
  for (const message of waiting) {
    if (message === undefined || message.outcome) break;
    bytes += message.bytes + COMMA;
    if (bytes > QUOTAS.batchBytes) break;
    others.push(message);
  }
  return others;
}

const BRACKETS = 2;
const COMMA = 1;

function asArray(messages: readonly BatchedMessage[]): Uint8Array {
  const parts = messages.flatMap(({ data }, n) => [n === 0 ? '[' : ',', data]);
  return Buffer.concat([...parts, ']'].map((part) => Buffer.from(part as string)));
}

const isFinal = (error: unknown) => !(error as { isTransient?: boolean }).isTransient;
