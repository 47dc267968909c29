import { script } from './redis-server.js';

/**
 * The position of the log with the hash `KEYS[1]` and the entries `KEYS[2]`. Field `e` is the epoch, `o` the offset,
 * `g` the age limit of entries in ms, `t` the time of the last message. The hash lives longer than the entries, because members refer to its offsets.
 */
const POSITION = `
  local function position(newEpoch)
    local log = redis.call('HMGET', KEYS[1], 'e', 'o', 'i', 't')
    if not log[1] then
      log[1], log[2] = newEpoch, '0'
      redis.call('HSET', KEYS[1], 'e', newEpoch, 'o', 0)
      redis.call('DEL', KEYS[2])
    end
    return log
  end
  local function keep(ttlMs) redis.call('PEXPIRE', KEYS[1], ttlMs) end`;

/** Removes the oldest entries, up to the first one that was appended after this time. */
const TRIM = `
  local function trim(till)
    local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    while oldest and tonumber(string.match(oldest[1], '%d+$')) <= till do
      redis.call('XDEL', KEYS[2], oldest[1])
      oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    end
  end`;

/** Keys: log, entries. Arguments: epoch for a new log, the log's Redis TTL in ms. Returns epoch and offset. */
export const READ_POSITION = script(`${POSITION}
  local log = position(ARGV[1])
  keep(ARGV[2])
  return {log[1], log[2]}`);

/**
 * Keys: log, entries. Arguments: epoch for a new log, the log's Redis TTL in ms, now, content, the largest number of
 * entries, their age limit in ms, the entries' Redis TTL in ms. Returns epoch and offset.
 *
 * The id of an entry is `offset-time`. The time is now, or that of the message before if that is later.
 */
export const APPEND = script(`${POSITION}${TRIM}
  local log = position(ARGV[1])
  local time = ARGV[3]
  if log[4] and tonumber(log[4]) > tonumber(time) then time = log[4] end
  keep(ARGV[2])
  local offset = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'o', 1))
  redis.call('HSET', KEYS[1], 'g', ARGV[6], 't', time)
  if tonumber(ARGV[5]) == 0 then
    redis.call('DEL', KEYS[2])
  else
    redis.call('XADD', KEYS[2], 'MAXLEN', '=', ARGV[5], offset .. '-' .. time, 'm', ARGV[4])
    trim(tonumber(ARGV[3]) - tonumber(ARGV[6]))
    redis.call('PEXPIRE', KEYS[2], ARGV[7])
  end
  return {log[1], offset}`);

/** Keys: log, entries. Arguments: now, first offset, limit. Returns entries as XRANGE does. */
export const READ_LOG = script(`${TRIM}
  local age = redis.call('HGET', KEYS[1], 'g')
  if not age then return {} end
  trim(tonumber(ARGV[1]) - tonumber(age))
  return redis.call('XRANGE', KEYS[2], ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])`);

// keys of the scripts for members: log, entries, members, expiry of members
const MEMBERS = `
  local function packed(id)
    return redis.call('ZRANGE', KEYS[3], '[' .. id .. '\\0', '(' .. id .. '\\1', 'BYLEX', 'LIMIT', 0, 1)[1]
  end
  local function unpacked(id, member)
    return string.match(string.sub(member, #id + 2), '^(%S+) (%S+) (%S+) (%S+) (.*)$')
  end
  local function drop(id, member)
    if member then redis.call('ZREM', KEYS[3], member) end
    redis.call('ZREM', KEYS[4], id)
  end
  local function unindex(now)
    if redis.call('ZCOUNT', KEYS[4], '(' .. now, '+inf') > 0 then return false end
    local indexed = redis.call('HGET', KEYS[1], 'i')
    redis.call('HDEL', KEYS[1], 'i')
    return indexed or ''
  end
  local function sweep(now)
    local expired = redis.call('ZRANGE', KEYS[4], '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)
    for _, id in ipairs(expired) do drop(id, packed(id)) end
    -- if no member is left, the next one to join must index the channel again and set the TTL of its keys
    if #expired > 0 then redis.call('HDEL', KEYS[1], 'i') end
  end`;

/**
 * Arguments: epoch for a new log, the log's Redis TTL in ms, now, connection id, token, expiresAt, owner; and for the
 * case that the channel must be indexed: until when, and the Redis TTL of the members in ms.
 *
 * Adds a member, or updates it. Returns epoch, offset, and whether the caller must index the channel, because the index
 * does not have it, or not for long enough. Field `i` is until when the index has it; all keys live longer.
 */
export const ENTER_CHANNEL = script(`${POSITION}${MEMBERS}
  local now, id, token, expiresAt, owner = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
  sweep(now)
  local log = position(ARGV[1])
  local joinedAt, joinedOffset = now, log[2]
  local old = redis.call('ZADD', KEYS[4], 'NX', expiresAt, id) == 0 and packed(id)
  if old then
    local oldToken, _, oldJoinedAt, oldOffset = unpacked(id, old)
    if tonumber(oldToken) > tonumber(token) then return {log[1], log[2], 0} end
    if oldToken == token then joinedAt, joinedOffset = oldJoinedAt, oldOffset end
    redis.call('ZADD', KEYS[4], expiresAt, id)
  end
  local member = id .. '\0' .. table.concat({token, expiresAt, joinedAt, joinedOffset, owner}, ' ')
  redis.call('ZADD', KEYS[3], 0, member)
  -- afterwards, because a set that becomes empty loses its TTL
  if old and old ~= member then redis.call('ZREM', KEYS[3], old) end
  if log[3] and tonumber(log[3]) >= tonumber(expiresAt) then return {log[1], log[2], 0} end
  redis.call('HSET', KEYS[1], 'i', ARGV[8])
  keep(ARGV[2])
  redis.call('PEXPIRE', KEYS[3], ARGV[9])
  redis.call('PEXPIRE', KEYS[4], ARGV[9])
  return {log[1], log[2], 1}`);

/**
 * Arguments: now, connection id, token. Removes a member if it has this token. If no member is left, returns until when
 * the index has the channel.
 */
export const EXIT_CHANNEL = script(`${MEMBERS}
  local member = packed(ARGV[2])
  if not member or unpacked(ARGV[2], member) ~= ARGV[3] then return false end
  drop(ARGV[2], member)
  return unindex(ARGV[1])`);

/**
 * Arguments: now. If no member is left, returns until when the index has the channel, or an empty text if the channel's
 * hash does not say.
 */
export const UNINDEX_CHANNEL = script(`${MEMBERS}
  return unindex(ARGV[1])`);

/** Arguments: now, size of a range. Returns the last member of each range except the last range, packed. */
export const CUT_MEMBERS = script(`${MEMBERS}
  sweep(ARGV[1])
  local cuts = {}
  local size, members = tonumber(ARGV[2]), redis.call('ZCARD', KEYS[3])
  for last = size, members - 1, size do
    cuts[#cuts + 1] = redis.call('ZRANGE', KEYS[3], last - 1, last - 1)[1]
  end
  return cuts`);
