import { QUOTAS } from '../../api/quotas.js';
import { TooLargeError } from './callback.errors.js';
import { PostBody } from './client/post-body.js';

/** A message to a client that accepts several messages in one frame. It may be posted with the message before it. */
export class BatchedMessage {
  readonly queuedAt = performance.now();
  /** Set when the post of a message before it has settled this one, too. */
  outcome: { readonly error?: unknown } | undefined;

  constructor(readonly body: PostBody) {}
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
  post: (body: PostBody) => Promise<void>,
): Promise<void> {
  const others = thatFit(first, waiting);
  if (others.length === 0) return post(first.body);
  try {
    const separateUnits = others.reduce((sum, { body }) => sum + body.units, first.body.units);
    await post(new PostBody(asArray([first, ...others]), separateUnits));
    for (const message of others) message.outcome = {};
  } catch (error) {
    // each message may be small enough by itself
    if (error instanceof TooLargeError) return post(first.body);
    if (isFinal(error)) for (const message of others) message.outcome = { error };
    throw error;
  }
}

function thatFit(first: BatchedMessage, waiting: Iterable<BatchedMessage | undefined>): BatchedMessage[] {
  const others: BatchedMessage[] = [];
  let bytes = first.body.bytes.byteLength + BRACKETS;
  for (const message of waiting) {
    if (message === undefined || message.outcome) break;
    bytes += message.body.bytes.byteLength + COMMA;
    if (bytes > QUOTAS.batchBytes) break;
    others.push(message);
  }
  return others;
}

const [START, SEPARATOR, END] = ['[', ',', ']'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const BRACKETS = START.length + END.length;
const COMMA = SEPARATOR.length;

function asArray(messages: readonly BatchedMessage[]): Uint8Array {
  const parts = messages.flatMap(({ body }, n) => [n === 0 ? START : SEPARATOR, body.bytes]);
  return Buffer.concat([...parts, END]);
}

const isFinal = (error: unknown) => !(error as { isTransient?: boolean }).isTransient;
