import { type z } from 'zod';
import { type FanOutSettings } from '../../nest/config/fan-out-settings.js';
import { wholeNumber } from './variable-schemas.js';

/** One row for each variable. */
export const fanOutVariables = {
  FANOUT_SHARD_MEMBERS: wholeNumber(10, 100_000).default(2000),
  FANOUT_LEASE_SECONDS: wholeNumber(1, 300).default(15),
  FANOUT_POLL_MS: wholeNumber(10, 60_000).default(250),
  FANOUT_PENDING_SHARDS: wholeNumber(10, 1_000_000).default(10_000),
};

export function fanOutSettings(variables: z.output<z.ZodObject<typeof fanOutVariables>>): FanOutSettings {
  return {
    shardMembers: variables.FANOUT_SHARD_MEMBERS,
    leaseMs: variables.FANOUT_LEASE_SECONDS * 1000,
    pollMs: variables.FANOUT_POLL_MS,
    pendingShards: variables.FANOUT_PENDING_SHARDS,
  };
}
