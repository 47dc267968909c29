/** What became of a message to many. `recipients` is the sum of the others. */
export interface FanOutReport {
  readonly recipients: number;
  readonly delivered: number;
  readonly gone: number;
  readonly failed: number;
  /** The first of the failures: when API Gateway is in trouble they are alike. */
  readonly firstFailure?: unknown;
}

/**
 * Delivers to every recipient, so many at once, and reads the next page only when its first recipient is due. A
 * failure is counted and stops nobody else.
 *
 * @param pages recipients in pages, as `Store.members` gives them
 * @param deliver sends to one of them
 * @throws what reading the pages throws; what was under way has ended by then
 */
export async function fanOut<Recipient>(
  pages: AsyncIterable<readonly Recipient[]>,
  deliver: (recipient: Recipient) => Promise<'delivered' | 'gone'>,
  concurrency: number,
): Promise<FanOutReport> {
  const recipients = eachOf(pages);
  const counts = { delivered: 0, gone: 0, failed: 0 };
  let failures: { readonly firstFailure?: unknown } = {};

  const worker = async () => {
    for await (const recipient of recipients) {
      try {
        counts[await deliver(recipient)] += 1;
      } catch (error) {
        if (counts.failed === 0) failures = { firstFailure: error };
        counts.failed += 1;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;

  return { recipients: counts.delivered + counts.gone + counts.failed, ...counts, ...failures };
}

/** An async generator answers one `next()` after the other, so that many workers can take from the same one. */
async function* eachOf<Recipient>(pages: AsyncIterable<readonly Recipient[]>): AsyncGenerator<Recipient> {
  for await (const page of pages) yield* page;
}
