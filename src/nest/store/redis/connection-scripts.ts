import { script } from './redis-server.js';

/**
 * Fields of a connection's hash: `c` connectedAt, `e` expiresAt, `a` lastActiveAt, `w` who (packed), and `x` once it has
 * been removed but may not have left all its channels yet. Also `n`, the token of the membership made last.
 */
export const CONNECTION_FIELDS = ['c', 'e', 'a', 'w', 'x'] as const;

// every script below has the connection's hash as its first key, the hash of its channels as its second, and begins
// with the present as its first argument
const ABOUT = `
  local known = redis.call('HMGET', KEYS[1], 'e', 'w', 'x')
  local isThere = known[1] and not known[3] and tonumber(known[1]) > tonumber(ARGV[1])`;

/**
 * Arguments: now, connectedAt, expiresAt, who, until Redis may drop it in ms, first token.
 *
 * Answers nothing for a new one; otherwise `is there already, who it was, channels and tokens`. Channels are told where
 * something is to be done about them: of a former life they are to be left; of one that goes on they may have to learn
 * what has changed. Nearly all are new, and who has no `n` has nothing, so that one look is enough for those.
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

/** Arguments: now. Answers the {@link CONNECTION_FIELDS}, or nothing. */
export const TOUCH_CONNECTION = script(`${ABOUT}
  if not isThere then return {} end
  redis.call('HSET', KEYS[1], 'a', ARGV[1])
  return redis.call('HMGET', KEYS[1], 'c', 'e', 'a', 'w', 'x')`);

/**
 * Arguments: now. Answers `was there, who, channels and tokens`, or nothing. From now on it is absent; what is known of
 * its channels stays until {@link FORGET_CONNECTION}, so that who tries again after a failure finds them.
 */
export const REMOVE_CONNECTION = script(`${ABOUT}
  if not known[1] then return {} end
  local channels = redis.call('HGETALL', KEYS[2])
  if #channels == 0 then redis.call('DEL', KEYS[1]) else redis.call('HSET', KEYS[1], 'x', 1) end
  return {isThere and 1 or 0, known[2], channels}`);

/** Unless it has been put again since it was removed. */
export const FORGET_CONNECTION = script(`
  if redis.call('HEXISTS', KEYS[1], 'x') == 1 then redis.call('DEL', KEYS[1], KEYS[2]) end`);

/**
 * Arguments: now, channel, how many channels it may have. Answers a refusal, or `joined` or `was_member`, its token,
 * expiresAt and who.
 *
 * This is the moment of joining, as those of leaving and removing are in the same slot. A token is greater than all
 * before it, so that what comes late to the channel changes nothing that came after it.
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

/** Arguments: now, channel. Answers the token that it still has there, expiresAt and who; or nothing. */
export const CHECK_MEMBERSHIP = script(`${ABOUT}
  local token = isThere and redis.call('HGET', KEYS[2], ARGV[2])
  if not token then return {} end
  return {token, known[1], known[2]}`);

/** Arguments: now, channel. Answers whether it was a member, and the token that it had; or nothing. */
export const END_MEMBERSHIP = script(`${ABOUT}
  local token = redis.call('HGET', KEYS[2], ARGV[2])
  if not token then return {} end
  redis.call('HDEL', KEYS[2], ARGV[2])
  return {isThere and 1 or 0, token}`);

/**
 * Keys: an index by time. Arguments: now, until when this one belongs in it, this one, until Redis may drop the index if
 * nobody else comes, in ms. Clears out what no longer belongs in it.
 */
export const ENTER_INDEX = script(`
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end`);

/** Keys: an index. Arguments: a name, its time. Takes it out unless it has got another time meanwhile. */
export const LEAVE_INDEX = script(`
  local time = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if time and tonumber(time) == tonumber(ARGV[2]) then redis.call('ZREM', KEYS[1], ARGV[1]) end`);
