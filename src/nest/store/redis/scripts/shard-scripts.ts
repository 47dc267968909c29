import { script } from './script.js';

/*
 * Shards. Keys: contents by id; ids of free shards, by age; ids of taken shards, by the end of the lease; notes, with
 * `t` + id for the number of takes and `p` + id for the progress; the number of the latest shard. An id begins with the
 * number of the shard. The number of takes is the owner's fencing token.
 *
 * Not a stream with a consumer group: that measures leases by the server's clock, cannot store progress, and gives
 * abandoned work only to a consumer that claims it.
 */
const OWNED = `
  local id, takes, now = ARGV[1], ARGV[2], ARGV[3]
  local function isOwned()
    local lease = redis.call('ZSCORE', KEYS[3], id)
    return lease and tonumber(lease) > tonumber(now) and redis.call('HGET', KEYS[4], 't' .. id) == takes
  end`;

/** Arguments: a suffix that keeps ids unique even if the numbers begin again, contents. */
export const PUT_SHARDS = script(`
  for at = 2, #ARGV do
    local number = redis.call('INCR', KEYS[5])
    local id = string.format('%.0f-%s', number, ARGV[1])
    redis.call('HSET', KEYS[1], id, ARGV[at])
    redis.call('ZADD', KEYS[2], number, id)
  end`);

/** Arguments: now, end of the lease. Returns id, content, takes, and progress if there is one; or an empty list. */
export const TAKE_SHARD = script(`
  local function number(id) return tonumber(string.match(id, '^%d+')) end
  local id = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  for _, left in ipairs(redis.call('ZRANGE', KEYS[3], '-inf', ARGV[1], 'BYSCORE')) do
    if not id or number(left) < number(id) then id = left end
  end
  if not id then return {} end
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZADD', KEYS[3], ARGV[2], id)
  local takes = redis.call('HINCRBY', KEYS[4], 't' .. id, 1)
  return {id, redis.call('HGET', KEYS[1], id), takes, redis.call('HGET', KEYS[4], 'p' .. id)}`);

/** Arguments: id, takes, now, end of the lease, progress. Returns 1 if the shard is the caller's. */
export const RENEW_SHARD = script(`${OWNED}
  if not isOwned() then return 0 end
  -- first makes room for the new progress
  redis.call('HDEL', KEYS[4], 'p' .. id)
  redis.call('ZADD', KEYS[3], ARGV[4], id)
  redis.call('HSET', KEYS[4], 'p' .. id, ARGV[5])
  return 1`);

/** Arguments: id, takes, now, progress if there is one. */
export const RELEASE_SHARD = script(`${OWNED}
  if not isOwned() then return end
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', KEYS[2], string.match(id, '^%d+'), id)
  if ARGV[4] then redis.call('HSET', KEYS[4], 'p' .. id, ARGV[4]) end`);

/** Arguments: id, takes. Also after the end of the lease, unless another task has taken the shard: its work is done. */
export const FINISH_SHARD = script(`
  local id = ARGV[1]
  if not redis.call('ZSCORE', KEYS[3], id) or redis.call('HGET', KEYS[4], 't' .. id) ~= ARGV[2] then return end
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], 't' .. id, 'p' .. id)`);
