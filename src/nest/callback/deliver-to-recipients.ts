import { ThrottledError } from './callback.errors.js';
import { type ConcurrencyLimit } from './concurrency-limit.js';
import { type DeliveryReport } from './delivery-report.js';
import { type EventLoopTurns } from './event-loop-turns.js';

/** How a message is sent to its recipients. Its methods must not throw, but {@link Delivery.deliver} may reject. */
export interface Delivery<Recipient> {
  /** Why a recipient cannot be sent the message; undefined if it can. It is then a failure, at little cost. */
  refusal(recipient: Recipient): Error | undefined;
  /**
   * Whether another message to the recipient is in flight. The delivery then waits behind it and occupies no slot, so
   * that slow recipients cannot occupy all of them.
   */
  mustWait(recipient: Recipient): boolean;
  /** @param pause to be called when the delivery pauses: it returns its slot, so that the others continue */
  deliver(recipient: Recipient, pause: () => void): Promise<'delivered' | 'gone'>;
}

/** The limits of deliveries. They may be shared with other deliveries, which then alternate. */
export interface DeliveryLimits {
  /** Of deliveries that neither wait for another message nor pause. */
  readonly window: ConcurrencyLimit;
  /** Of deliveries that pause. Beyond it, a delivery that pauses keeps its slot in the window. */
  readonly paused: ConcurrencyLimit;
  /** The first page, and the next recipients after a number of them, wait for their turn. */
  readonly turns: EventLoopTurns;
}

/**
 * Delivers to every recipient, with as many deliveries in flight as `limits.window` has slots. A page is read only when a
 * delivery to its first recipient can start, and the event loop serves others between the recipients. A failure is counted and does not stop the others.
 *
 * @param pages recipients in pages, as `Store.members` yields them
 * @throws the error of reading the pages, after the deliveries in flight have ended
 */
export async function deliverToRecipients<Recipient>(
  pages: AsyncIterable<readonly Recipient[]>,
  delivery: Delivery<Recipient>,
  { window, paused, turns }: DeliveryLimits,
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
    if (delivery.mustWait(recipient)) {
      slot = undefined;
      window.release();
    }
    inFlight += 1;
    try {
      counts[await delivery.deliver(recipient, pause)] += 1;
    } catch (error) {
      countFailure(error);
    }
    inFlight -= 1;
    slot?.release();
    if (isLastStarted && inFlight === 0) end();
  };

  let started = 0;
  try {
    // the store of a single task reads a page without a pause
    await turns.next();
    for await (const page of pages) {
      for (const recipient of page) {
        started += 1;
        if (started % RECIPIENTS_PER_TURN === 0) await turns.next();
        const refusal = delivery.refusal(recipient);
        if (refusal) {
          countFailure(refusal);
          continue;
        }
        const wait = window.acquire();
        if (wait) await wait;
        void deliverTo(recipient);
      }
    }
  } finally {
    isLastStarted = true;
    if (inFlight > 0) await haveEnded;
  }
  const recipients = counts.delivered + counts.gone + counts.throttled + counts.failed;
  return { recipients, ...counts, ...failures };
}

/** They take a millisecond or less if none waits for a slot. */
const RECIPIENTS_PER_TURN = 100;
