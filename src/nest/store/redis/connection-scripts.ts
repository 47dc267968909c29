import { script } from './redis-server.js';

/**
 * Fields of a connection's hash: `c` connectedAt, `e` expiresAt, `a` lastActiveAt, `w` the owner (packed), and `x`
 * after a removal that may not have left all channels yet. Also `n`, the token of the latest membership.
 */
export const CONNECTION_FIELDS = ['c', 'e', 'a', 'w', 'x'] as const;

// keys of the scripts below: the connection's hash, the hash of its channels; their first argument is the current time
const ABOUT = `
  local known = redis.call('HMGET', KEYS[1], 'e', 'w', 'x')
  local isThere = known[1] and not known[3] and tonumber(known[1]) > tonumber(ARGV[1])`;

/**
 * Arguments: now, connectedAt, expiresAt, owner, Redis TTL in ms, first token.
 *
 * Returns nothing for a new connection, otherwise `was there, previous owner, channels and tokens`. It returns only
 * channels that need work: those of an expired connection must be left, those of an existing one may need an update.
 * Nearly all connections are new; one without `n` has no memberships, so that one command is enough for these.
 */
export const PUT_CONNECTION = script(`
  local function write()
    redis.call('HSET', KEYS[1], 'c', ARGV[2], 'e', ARGV[3], 'a', ARGV[1], 'w', ARGV[4])
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
  end
  if redis.call('HSETNX', KEYS[1], 'n', ARGV[6]) == 1 then return write() end
  ${ABOUT}
  local channels = redis.call('HGETALL', KEYS[2])
  if not isThere then
    redis.call('DEL', KEYS[1], KEYS[2])
    redis.call('HSET', KEYS[1], 'n', ARGV[6])
  elseif #channels > 0 then
    redis.call('PEXPIRE', KEYS[2], ARGV[5])
    if known[1] == ARGV[3] and known[2] == ARGV[4] then channels = {} end
  end
  write()
  return {isThere and 1 or 0, known[2], channels}`);

/** Arguments: now. Returns the {@link CONNECTION_FIELDS}, or an empty list. */
export const TOUCH_CONNECTION = script(`${ABOUT}
  if not isThere then return {} end
  redis.call('HSET', KEYS[1], 'a', ARGV[1])
  return redis.call('HMGET', KEYS[1], 'c', 'e', 'a', 'w', 'x')`);

/**
 * Arguments: now. Returns `was there, owner, channels and tokens`, or an empty list. The connection is absent from now
 * on. Its channels stay until {@link FORGET_CONNECTION}, so that another attempt after a failure finds them.
 */
export const REMOVE_CONNECTION = script(`${ABOUT}
  if not known[1] then return {} end
  local channels = redis.call('HGETALL', KEYS[2])
  if #channels == 0 then redis.call('DEL', KEYS[1]) else redis.call('HSET', KEYS[1], 'x', 1) end
  return {isThere and 1 or 0, known[2], channels}`);

/** Deletes a removed connection, unless it was put again since. */
export const FORGET_CONNECTION = script(`
  if redis.call('HEXISTS', KEYS[1], 'x') == 1 then redis.call('DEL', KEYS[1], KEYS[2]) end`);

/**
 * Arguments: now, channel, the largest number of channels. Returns a refusal, or `joined` or `was_member`, the token,
 * expiresAt and owner.
 *
 * This script decides about the join, as the scripts for leaving and removing use the same slot. Each token is greater
 * than all before it, so that a late write to the channel cannot overwrite a newer one.
 */
export const BEGIN_MEMBERSHIP = script(`${ABOUT}
  if not isThere then return {'unknown_connection'} end
  local token = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'n', 1))
  if redis.call('HSETNX', KEYS[2], ARGV[2], token) == 0 then
    return {'was_member', redis.call('HGET', KEYS[2], ARGV[2]), known[1], known[2]}
  end
  local channels = redis.call('HLEN', KEYS[2])
  if channels > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[2], ARGV[2])
    return {'too_many_channels'}
  end
  if channels == 1 then redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1])) end
  return {'joined', token, known[1], known[2]}`);

/** Arguments: now, channel. Returns the current token of the membership, expiresAt and owner; or an empty list. */
export const CHECK_MEMBERSHIP = script(`${ABOUT}
  local token = isThere and redis.call('HGET', KEYS[2], ARGV[2])
  if not token then return {} end
  return {token, known[1], known[2]}`);

/** Arguments: now, channel. Returns whether it was a member, and its token; or an empty list. */
export const END_MEMBERSHIP = script(`${ABOUT}
  local token = redis.call('HGET', KEYS[2], ARGV[2])
  if not token then return {} end
  redis.call('HDEL', KEYS[2], ARGV[2])
  return {isThere and 1 or 0, token}`);

/**
 * Keys: an index by time. Arguments: now, expiry of the entry, the entry, the index's Redis TTL in ms if this is the
 * last entry. Also removes expired entries.
 */
export const ENTER_INDEX = script(`
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end`);

/** Keys: an index. Arguments: a name, its time. Removes the name, unless its time has changed. */
export const LEAVE_INDEX = script(`
  local time = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if time and tonumber(time) == tonumber(ARGV[2]) then redis.call('ZREM', KEYS[1], ARGV[1]) end`);
