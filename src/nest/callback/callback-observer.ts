import {
  CallbackTimeoutError,
  type CredentialsError,
  ForbiddenError,
  GoneError,
  QueueFullError,
  ThrottledError,
  TooLargeError,
} from './callback.errors.js';

/** What became of a request to `@connections`, or of a message in the end. */
export type CallbackResult =
  /** Or, when nothing was to be delivered, done. */
  | 'delivered'
  | 'gone'
  | 'too_large'
  | 'throttled'
  | 'forbidden'
  | 'timeout'
  /** It was never sent: too much waited. */
  | 'overloaded'
  | 'failed';

export type CallbackOperation = 'post' | 'get' | 'delete';

/** Is told what the callback service does; provided by whoever wants to know. It must not throw. */
export abstract class CallbackObserver {
  /** One try of one request has ended. A post may carry several messages. */
  abstract attempted(operation: CallbackOperation, result: CallbackResult, durationMs: number): void;

  /** A message has been delivered, or given up. */
  abstract settled(result: CallbackResult): void;

  /** The credentials have been read, or could not be. */
  credentialsRead?(failure: CredentialsError | undefined): void;
}

/** Does some work, and tells what became of it and how long it took. */
export async function observed<T>(
  work: () => Promise<T>,
  ended: (result: CallbackResult, durationMs: number) => void,
): Promise<T> {
  const startedAt = performance.now();
  try {
    const value = await work();
    ended('delivered', performance.now() - startedAt);
    return value;
  } catch (error) {
    ended(resultOf(error), performance.now() - startedAt);
    throw error;
  }
}

function resultOf(error: unknown): CallbackResult {
  if (error instanceof GoneError) return 'gone';
  if (error instanceof ThrottledError) return 'throttled';
  if (error instanceof CallbackTimeoutError) return 'timeout';
  if (error instanceof TooLargeError) return 'too_large';
  if (error instanceof ForbiddenError) return 'forbidden';
  if (error instanceof QueueFullError) return 'overloaded';
  return 'failed';
}
