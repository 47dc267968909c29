import { setImmediate } from 'node:timers/promises';
import { ThrottledError } from './callback.errors.js';
import { type ConcurrencyLimit } from './concurrency-limit.js';
import { type DeliveryReport } from './delivery-report.js';

/**
 * Sends a message to one recipient.
 *
 * @param pause to be called when the delivery pauses: it returns its slot, so that the others continue
 */
export interface Deliver<Recipient> {
  (recipient: Recipient, pause: () => void): Promise<'delivered' | 'gone'>;
}

/** The limits of deliveries. They may be shared with other deliveries, which then alternate. */
export interface DeliveryLimits {
  /** Of deliveries that neither wait for another message nor pause. */
  readonly window: ConcurrencyLimit;
  /** Of deliveries that pause. Beyond it, a delivery that pauses keeps its slot in the window. */
  readonly paused: ConcurrencyLimit;
}

/**
 * Delivers to every recipient, with as many deliveries in flight as `limits.window` has slots. A page is read only when a
 * delivery to its first recipient can start. A failure is counted and does not stop the others.
 *
 * @param pages recipients in pages, as `Store.members` yields them
 * @param mustWait whether another message to the recipient is in flight. The delivery then waits behind it and occupies
 *   no slot, so that slow recipients cannot occupy all of them
 * @throws the error of reading the pages, after the deliveries in flight have ended
 */
export async function deliverToRecipients<Recipient>(
  pages: AsyncIterable<readonly Recipient[]>,
  deliver: Deliver<Recipient>,
  { window, paused }: DeliveryLimits,
  mustWait: (recipient: Recipient) => boolean = () => false,
): Promise<DeliveryReport> {
  const counts = { delivered: 0, gone: 0, throttled: 0, failed: 0 };
  let failures: { readonly firstFailure?: unknown } = {};
  const countFailure = (error: unknown) => {
    if (counts.throttled + counts.failed === 0) failures = { firstFailure: error };
    counts[error instanceof ThrottledError ? 'throttled' : 'failed'] += 1;
  };
  let inFlight = 0;
  const { promise: haveEnded, resolve: end } = Promise.withResolvers<void>();
  let isLastStarted = false;
  const deliverTo = async (recipient: Recipient) => {
    let slot: ConcurrencyLimit | undefined = window;
    const pause = () => {
      if (slot !== window || !paused.tryAcquire()) return;
      slot = paused;
      window.release();
    };
    if (mustWait(recipient)) {
      slot = undefined;
      window.release();
    }
    inFlight += 1;
    try {
      counts[await deliver(recipient, pause)] += 1;
    } catch (error) {
      countFailure(error);
    }
    inFlight -= 1;
    slot?.release();
    if (isLastStarted && inFlight === 0) end();
  };

  try {
    for await (const page of pages) {
      for (const recipient of page) {
        const wait = window.acquire();
        if (wait) await wait;
        void deliverTo(recipient);
      }
      // otherwise a page of recipients that are all refused at once would be followed by the next without a pause
      if (page.length >= LARGE_PAGE) await setImmediate();
    }
  } finally {
    isLastStarted = true;
    if (inFlight > 0) await haveEnded;
  }
  const recipients = counts.delivered + counts.gone + counts.throttled + counts.failed;
  return { recipients, ...counts, ...failures };
}

/** Recipients that take a millisecond or more. */
const LARGE_PAGE = 100;
