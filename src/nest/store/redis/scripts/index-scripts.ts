import { script } from './script.js';

/** Enters `name` into `index` until `till`, and removes expired names. The index lives as long as its last name. */
export const ENTERING_INDEX = `
    redis.call('ZADD', index, till, name)
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
    if redis.call('PTTL', index) < tonumber(ttlMs) then redis.call('PEXPIRE', index, ttlMs) end`;

/** Removes `name` from `index`, unless its time is no longer `till`. */
export const LEAVING_INDEX = `
    local time = redis.call('ZSCORE', index, name)
    if time and tonumber(time) == tonumber(till) then redis.call('ZREM', index, name) end`;

/** Keys: an index. Arguments: now, expiry of the entry, the entry, its Redis TTL in ms. */
export const ENTER_INDEX = script(`
  local index, now, till, name, ttlMs = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
  ${ENTERING_INDEX}`);

/** Keys: an index. Arguments: a name, its time. */
export const LEAVE_INDEX = script(`
  local index, name, till = KEYS[1], ARGV[1], ARGV[2]
  ${LEAVING_INDEX}`);
