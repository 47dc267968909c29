import { QUOTAS } from './quotas.js';

/**
 * As how many messages API Gateway bills one: it counts each started 32 KB, in both directions, and an empty message as
 * one.
 *
 * @see https://aws.amazon.com/api-gateway/pricing/
 */
export const meteredUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / QUOTAS.batchBytes));
