import { ThrottledError } from './callback.errors.js';
import { type ConcurrencyLimit } from './concurrency-limit.js';

/** What became of a message to many. `recipients` is the sum of the others. */
export interface FanOutReport {
  readonly recipients: number;
  readonly delivered: number;
  readonly gone: number;
  /** API Gateway still throttled the last try. */
  readonly throttled: number;
  readonly failed: number;
  /** The first of those that were throttled or failed: when API Gateway is in trouble they are alike. */
  readonly firstFailure?: unknown;
}

/** Sends to one recipient. */
export interface Deliver<Recipient> {
  (recipient: Recipient): Promise<'delivered' | 'gone'>;
}

/**
 * Delivers to every recipient, so many at once as `window` has places, and reads the next page only when its first
 * recipient is due. A failure is counted and stops nobody else.
 *
 * @param pages recipients in pages, as `MembershipStore.members` returns them
 * @param window may be shared with others, who then take turns
 * @param mustWait recipients to whom something else is sent now: the message waits behind it, and takes no place
 *   meanwhile, so that slow recipients cannot hold all of them
 * @throws what reading the pages throws; what was under way has ended by then
 */
export async function fanOut<Recipient>(
  pages: AsyncIterable<readonly Recipient[]>,
  deliver: Deliver<Recipient>,
  window: ConcurrencyLimit,
  mustWait: (recipient: Recipient) => boolean = () => false,
): Promise<FanOutReport> {
  const counts = { delivered: 0, gone: 0, throttled: 0, failed: 0 };
  let failures: { readonly firstFailure?: unknown } = {};
  const fail = (error: unknown) => {
    if (counts.throttled + counts.failed === 0) failures = { firstFailure: error };
    counts[error instanceof ThrottledError ? 'throttled' : 'failed'] += 1;
  };
  let underWay = 0;
  const { promise: haveEnded, resolve: end } = Promise.withResolvers<void>();
  let isLastStarted = false;
  const deliverTo = async (recipient: Recipient) => {
    const hasPlace = !mustWait(recipient);
    if (!hasPlace) window.leave();
    underWay += 1;
    try {
      counts[await deliver(recipient)] += 1;
    } catch (error) {
      fail(error);
    }
    underWay -= 1;
    if (hasPlace) window.leave();
    if (isLastStarted && underWay === 0) end();
  };

  try {
    for await (const page of pages) {
      for (const recipient of page) {
        const place = window.enter();
        if (place) await place;
        void deliverTo(recipient);
      }
    }
  } finally {
    isLastStarted = true;
    if (underWay > 0) await haveEnded;
  }
  const recipients = counts.delivered + counts.gone + counts.throttled + counts.failed;
  return { recipients, ...counts, ...failures };
}
