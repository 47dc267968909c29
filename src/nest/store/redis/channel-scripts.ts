import { script } from './redis-server.js';

/**
 * The position of the log whose hash is `KEYS[1]` and whose entries are `KEYS[2]`. `e` is its epoch, `o` the offset, `g`
 * the age in ms up to which entries are kept. The hash outlives the entries: as long as members know an offset, it counts.
 */
const POSITION = `
  local function position(newEpoch)
    local log = redis.call('HMGET', KEYS[1], 'e', 'o', 'i')
    if not log[1] then
      log[1], log[2] = newEpoch, '0'
      redis.call('HSET', KEYS[1], 'e', newEpoch, 'o', 0)
      redis.call('DEL', KEYS[2])
    end
    return log
  end
  local function keep(ttlMs) redis.call('PEXPIRE', KEYS[1], ttlMs) end`;

/** Drops the entries that were appended at this time or before, up to the first one that was not. */
const TRIM = `
  local function trim(till)
    local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    while oldest and tonumber(string.match(oldest[1], '%d+$')) <= till do
      redis.call('XDEL', KEYS[2], oldest[1])
      oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    end
  end`;

/** Keys: log, entries. Arguments: new epoch, until Redis may drop the log in ms. Answers epoch and offset. */
export const READ_POSITION = script(`${POSITION}
  local log = position(ARGV[1])
  keep(ARGV[2])
  return {log[1], log[2]}`);

/**
 * Keys: log, entries. Arguments: new epoch, until Redis may drop the log in ms, now, content, how many are kept, for how
 * long in ms, until Redis may drop the entries in ms. Answers epoch and offset.
 *
 * The id of an entry is `offset-time`.
 */
export const APPEND = script(`${POSITION}${TRIM}
  local epoch = position(ARGV[1])[1]
  keep(ARGV[2])
  local offset = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'o', 1))
  redis.call('HSET', KEYS[1], 'g', ARGV[6])
  if tonumber(ARGV[5]) == 0 then
    redis.call('DEL', KEYS[2])
  else
    redis.call('XADD', KEYS[2], 'MAXLEN', '=', ARGV[5], offset .. '-' .. ARGV[3], 'm', ARGV[4])
    trim(tonumber(ARGV[3]) - tonumber(ARGV[6]))
    redis.call('PEXPIRE', KEYS[2], ARGV[7])
  end
  return {epoch, offset}`);

/** Keys: log, entries. Arguments: now, the first offset, how many. Answers entries as XRANGE does. */
export const READ_LOG = script(`${TRIM}
  local age = redis.call('HGET', KEYS[1], 'g')
  if not age then return {} end
  trim(tonumber(ARGV[1]) - tonumber(age))
  return redis.call('XRANGE', KEYS[2], ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])`);

// the keys of the scripts for members: log, entries, members, expiry of members
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
    -- were nobody left, who joins next would have to enter the channel in its index, and say how long its keys are kept
    if #expired > 0 then redis.call('HDEL', KEYS[1], 'i') end
  end`;

/**
 * Arguments: new epoch, until Redis may drop the log in ms, now, connection id, token, expiresAt, who, until when the
 * channel belongs in its index if it has to be entered, until Redis may drop the members in ms if so.
 *
 * Adds a member, or notes what has changed of it. Answers epoch, offset, and whether the channel is to be entered in its
 * index, because it is not there, or not for so long. `i` is until when it is there, and all keys are kept for longer.
 */
export const ENTER_CHANNEL = script(`${POSITION}${MEMBERS}
  local now, id, token, expiresAt, who = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
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
  local member = id .. '\0' .. table.concat({token, expiresAt, joinedAt, joinedOffset, who}, ' ')
  redis.call('ZADD', KEYS[3], 0, member)
  -- after that: a set that is empty in between would forget for how long it is kept
  if old and old ~= member then redis.call('ZREM', KEYS[3], old) end
  if log[3] and tonumber(log[3]) >= tonumber(expiresAt) then return {log[1], log[2], 0} end
  redis.call('HSET', KEYS[1], 'i', ARGV[8])
  keep(ARGV[2])
  redis.call('PEXPIRE', KEYS[3], ARGV[9])
  redis.call('PEXPIRE', KEYS[4], ARGV[9])
  return {log[1], log[2], 1}`);

/**
 * Arguments: now, connection id, token. Takes a member out if this is its token. Answers until when the channel is in its
 * index, if nobody is there any more.
 */
export const EXIT_CHANNEL = script(`${MEMBERS}
  local member = packed(ARGV[2])
  if not member or unpacked(ARGV[2], member) ~= ARGV[3] then return false end
  drop(ARGV[2], member)
  return unindex(ARGV[1])`);

/**
 * Arguments: now. If nobody is there any more, answers until when the channel is in its index, or an empty text if it does
 * not know that it is.
 */
export const UNINDEX_CHANNEL = script(`${MEMBERS}
  return unindex(ARGV[1])`);

/** Arguments: now, how many in each range. Answers the last member of each range but the last one, packed. */
export const CUT_MEMBERS = script(`${MEMBERS}
  sweep(ARGV[1])
  local cuts = {}
  local size, members = tonumber(ARGV[2]), redis.call('ZCARD', KEYS[3])
  for last = size, members - 1, size do
    cuts[#cuts + 1] = redis.call('ZRANGE', KEYS[3], last - 1, last - 1)[1]
  end
  return cuts`);
