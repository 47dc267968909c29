import { QUOTAS } from '../../api/quotas.js';
import { TooLargeError } from './callback.errors.js';

/** A message to a client that takes several in one frame. It may go along with one before it. */
export class BatchedMessage {
  readonly queuedAt = performance.now();
  readonly bytes: number;
  /** There when a post of one before it has settled what becomes of it. */
  outcome: { readonly error?: unknown } | undefined;

  constructor(readonly data: string | Uint8Array) {
    this.bytes = Buffer.byteLength(data);
  }
}

/**
 * Posts a message together with those that wait right behind it, as one JSON array, so many as fit into what API Gateway
 * meters as one message. A single one is posted as it is.
 *
 * What is final for the post is so for all in it. What may succeed later is so for the first one only: the others have
 * a deadline of their own, and are tried again in their turn or along with it.
 *
 * @param behind those for the same connection, in order; undefined stands for what cannot go along
 */
export async function postBatch(
  first: BatchedMessage,
  behind: Iterable<BatchedMessage | undefined>,
  post: (data: string | Uint8Array) => Promise<void>,
): Promise<void> {
  const company = thatFit(first, behind);
  if (company.length === 0) return post(first.data);
  try {
    await post(asArray([first, ...company]));
    for (const message of company) message.outcome = {};
  } catch (error) {
    // each alone may be small enough
    if (error instanceof TooLargeError) return post(first.data);
    if (isFinal(error)) for (const message of company) message.outcome = { error };
    throw error;
  }
}

function thatFit(first: BatchedMessage, behind: Iterable<BatchedMessage | undefined>): BatchedMessage[] {
  const company: BatchedMessage[] = [];
  let bytes = first.bytes + BRACKETS;
  for (const message of behind) {
    if (message === undefined || message.outcome) break;
    bytes += message.bytes + COMMA;
    if (bytes > QUOTAS.batchBytes) break;
    company.push(message);
  }
  return company;
}

const BRACKETS = 2;
const COMMA = 1;

function asArray(messages: readonly BatchedMessage[]): Uint8Array {
  const parts = messages.flatMap(({ data }, n) => [n === 0 ? '[' : ',', data]);
  return Buffer.concat([...parts, ']'].map((part) => Buffer.from(part as string)));
}

const isFinal = (error: unknown) => !(error as { isTransient?: boolean }).isTransient;
