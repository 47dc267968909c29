/**
 * Prices of Amazon API Gateway in US dollars, without the free tier. All that computes a cost uses this table.
 *
 * @see https://aws.amazon.com/api-gateway/pricing/
 */
export const PRICES = {
  region: 'us-east-1',
  /** When the page above was compared. */
  readOn: '2026-11-28',
  source: 'https://aws.amazon.com/api-gateway/pricing/',
  /** Messages sent and received, for each month. */
  messages: {
    tiers: [
      { upTo: 1e9, perMillion: 1 },
      { upTo: Infinity, perMillion: 0.8 },
    ],
    /** A larger message counts once for each part of this size. */
    unitBytes: 32 * 1024,
  },
  connectionMinutes: { tiers: [{ upTo: Infinity, perMillion: 0.25 }] },
  /** Requests to HTTP APIs, for each month. */
  httpRequests: {
    tiers: [
      { upTo: 300e6, perMillion: 1 },
      { upTo: Infinity, perMillion: 0.9 },
    ],
    unitBytes: 512 * 1024,
  },
} as const;

/** A price that falls with the amount: each tier holds for the part of the amount up to its end. */
export type Tiers = readonly { readonly upTo: number; readonly perMillion: number }[];

/** @returns dollars */
export function costOf(amount: number, tiers: Tiers): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, perMillion } of tiers) {
    if (amount <= from) break;
    cost += ((Math.min(amount, upTo) - from) / 1e6) * perMillion;
    from = upTo;
  }
  return cost;
}

/** The metered units of a message or a request; an empty one is one unit. */
export const unitsOf = (bytes: number, unitBytes: number): number =>
  Math.max(1, Math.ceil(bytes / unitBytes));
