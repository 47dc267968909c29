import { type z } from 'zod';
import { wholeNumber } from './variable-schemas.js';

/** How a message to many is shared among the tasks. */
export interface FanOutSettings {
  /** `FANOUT_SHARD_MEMBERS`: a channel with more is cut into shards of about so many; 10–100000. Default 2000. */
  readonly shardMembers: number;
  /** `FANOUT_LEASE_SECONDS`: after so long another task takes a shard whose task is silent; 1–300. Default 15, here in ms. */
  readonly leaseMs: number;
  /** `FANOUT_POLL_MS`: how often an idle task looks for shards of others; 10–60000. Default 250. */
  readonly pollMs: number;
  /** `FANOUT_PENDING_SHARDS`: while so many are unfinished, nothing is published to such a channel; 10–1000000. Default 10000. */
  readonly pendingShards: number;
}

/** The settings each by itself; `config.ts` has them among its own. */
export const fanOutSettings = {
  FANOUT_SHARD_MEMBERS: wholeNumber(10, 100_000).default(2000),
  FANOUT_LEASE_SECONDS: wholeNumber(1, 300).default(15),
  FANOUT_POLL_MS: wholeNumber(10, 60_000).default(250),
  FANOUT_PENDING_SHARDS: wholeNumber(10, 1_000_000).default(10_000),
};

/** The settings together. */
export function fanOut(settings: z.output<z.ZodObject<typeof fanOutSettings>>): FanOutSettings {
  return {
    shardMembers: settings.FANOUT_SHARD_MEMBERS,
    leaseMs: settings.FANOUT_LEASE_SECONDS * 1000,
    pollMs: settings.FANOUT_POLL_MS,
    pendingShards: settings.FANOUT_PENDING_SHARDS,
  };
}
