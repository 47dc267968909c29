import { z } from 'zod';

/** Settings that the stack passes to the service unchecked. A wrong value stops each new task, and ECS rolls back. */
const NAMES = [
  'STORE_TIMEOUT_MS',
  'CALLBACK_CLIENT',
  'CALLBACK_CONNECT_TIMEOUT_MS',
  'CALLBACK_REQUEST_TIMEOUT_MS',
  'CALLBACK_DEADLINE_MS',
  'CALLBACK_CONCURRENCY',
  'CALLBACK_QUEUE',
  'CALLBACK_QUEUE_PER_CONNECTION',
  'CALLBACK_QUEUE_BYTES',
  'CALLBACK_LINGER_MS',
  'IDEMPOTENCY_SECONDS',
  'FANOUT_SHARD_MEMBERS',
  'FANOUT_PENDING_SHARDS',
  'FANOUT_LEASE_SECONDS',
  'FANOUT_POLL_MS',
  'CHANNELS_PER_CONNECTION',
  'CHANNEL_NAME_LENGTH',
  'HISTORY_MESSAGES',
  'HISTORY_SECONDS',
  'HISTORY_OFF',
  'MEMBER_NOTICES',
  'MEMBER_NOTICES_MEMBERS',
  'PUBLISH_BY_API_ONLY',
  'PRESENCE_MEMBERS',
  'SWEEP_SECONDS',
  'SWEEP_IDLE_SECONDS',
  'OTEL_SERVICE_NAME',
] as const;

const text = z.string().optional().describe('see docs/settings.md');

/** The parameters with these names. */
export const passThroughSettings = Object.fromEntries(NAMES.map((name) => [name, text])) as Readonly<
  Record<(typeof NAMES)[number], typeof text>
>;
