import { script } from './redis-server.js';

/*
 * Shards. The keys are: contents by id; ids of those that nobody has, by age; ids of those that somebody has, by the end
 * of the lease; notes, `t` + id for how often it was taken, `p` + id for how far it is; the number put last. An id begins
 * with the number of the shard. The count of takes is the token of its owner: the next one who takes it gets another.
 *
 * Not a stream with a consumer group: that measures leases by the server's clock, can note no progress, and gives what
 * was left behind only to who asks for it.
 */
const OWNED = `
  local id, takes, now = ARGV[1], ARGV[2], ARGV[3]
  local function isOwned()
    local lease = redis.call('ZSCORE', KEYS[3], id)
    return lease and tonumber(lease) > tonumber(now) and redis.call('HGET', KEYS[4], 't' .. id) == takes
  end`;

/** Arguments: a suffix that makes an id unique even if the numbers began again, contents. */
export const PUT_SHARDS = script(`
  for at = 2, #ARGV do
    local number = redis.call('INCR', KEYS[5])
    local id = string.format('%.0f-%s', number, ARGV[1])
    redis.call('HSET', KEYS[1], id, ARGV[at])
    redis.call('ZADD', KEYS[2], number, id)
  end`);

/** Arguments: now, end of the lease. Answers id, content, takes, progress or nothing; or nothing at all. */
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

/** Arguments: id, takes, now, end of the lease, progress. Answers 1 if it is the caller's. */
export const RENEW_SHARD = script(`${OWNED}
  if not isOwned() then return 0 end
  redis.call('ZADD', KEYS[3], ARGV[4], id)
  redis.call('HSET', KEYS[4], 'p' .. id, ARGV[5])
  return 1`);

/** Arguments: id, takes, now, progress unless there is none. */
export const RELEASE_SHARD = script(`${OWNED}
  if not isOwned() then return end
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', KEYS[2], string.match(id, '^%d+'), id)
  if ARGV[4] then redis.call('HSET', KEYS[4], 'p' .. id, ARGV[4]) end`);

/** Arguments: id, takes. Also after the end of the lease, as long as nobody else has taken it: it has been done. */
export const FINISH_SHARD = script(`
  local id = ARGV[1]
  if not redis.call('ZSCORE', KEYS[3], id) or redis.call('HGET', KEYS[4], 't' .. id) ~= ARGV[2] then return end
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[3], id)
  redis.call('HDEL', KEYS[4], 't' .. id, 'p' .. id)`);

// the key of the scripts for answers is a string: until when, a space, '-' or '+' and the answer
const KEPT = `
  local kept = redis.call('GET', KEYS[1])
  local till, answer
  if kept then till, answer = string.match(kept, '^(%S+) (.*)$') end`;

/** Arguments: now, until when, until Redis may drop it in ms. Answers nothing to the first one, to others what is kept. */
export const RESERVE = script(`${KEPT}
  if kept and tonumber(till) > tonumber(ARGV[1]) then return answer end
  redis.call('SET', KEYS[1], ARGV[2] .. ' -', 'PX', ARGV[3])
  return false`);

/** Arguments: until when, answer, until Redis may drop it in ms. What is reserved for longer is kept for longer. */
export const KEEP_ANSWER = script(`${KEPT}
  local ttl = tonumber(ARGV[3])
  if not kept or tonumber(till) < tonumber(ARGV[1]) then
    till = ARGV[1]
  else
    ttl = math.max(ttl, redis.call('PTTL', KEYS[1]))
  end
  redis.call('SET', KEYS[1], till .. ' +' .. ARGV[2], 'PX', ttl)`);
