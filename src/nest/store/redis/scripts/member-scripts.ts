import { EMPTY_LOG_MS } from '../../log-store.js';
import { POSITION } from './log-scripts.js';
import { LIFE, NOW, script, TTL } from './script.js';
import { LOG_TTL_MS } from '../ttl.js';

/*
 * The members of a channel are two sorted sets: packed members by name (`members`, see `packed.ts`), and their ids by
 * expiry (`expiry`). They are in the hash slot of the channel's log and entries (see `log-scripts.ts`).
 */

const MEMBERS = `
  local function packed(id)
    return redis.call('ZRANGE', members, '[' .. id .. '\\0', '(' .. id .. '\\1', 'BYLEX', 'LIMIT', 0, 1)[1]
  end
  local function unpacked(id, member)
    return string.match(string.sub(member, #id + 2), '^(%S+) (%S+) (%S+) (%S+) (.*)$')
  end`;

/** Removes expired members. `expired` is their ids. */
const SWEEP = `
    local expired = redis.call('ZRANGE', expiry, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000)
    for _, id in ipairs(expired) do
      local member = packed(id)
      if member then redis.call('ZREM', members, member) end
      redis.call('ZREM', expiry, id)
    end`;

/**
 * `enter` adds a member, or updates it unless it has a greater token. Returns epoch, offset and number of the log; and
 * until when to index the channel, with the Redis TTL of the index in ms, if the index does not have the channel for
 * long enough. Field `i` of the log is until when it has it; all keys live longer, and an empty log as long as its
 * members. `margin` is added to the member's expiry so that not every join must index the channel again. It is random,
 * so that a task that removes the channel from the index notices a join in the meantime.
 */
export const ENTERING = `${MEMBERS}
  local function enter(id, token, expiresAt, owner, margin)
    local epoch, offset, number, indexedUntil = position()
    local joinedAt, joinedOffset = now, offset
    local old = redis.call('ZADD', expiry, 'NX', expiresAt, id) == 0 and packed(id)
    if old then
      local oldToken, _, oldJoinedAt, oldOffset = unpacked(id, old)
      if tonumber(oldToken) > tonumber(token) then return epoch, offset, number end
      if oldToken == token then joinedAt, joinedOffset = oldJoinedAt, oldOffset end
      redis.call('ZADD', expiry, expiresAt, id)
    end
    local member = id .. '\\0' .. table.concat({token, expiresAt, joinedAt, joinedOffset, owner}, ' ')
    redis.call('ZADD', members, 0, member)
    -- afterwards, because a set that becomes empty loses its TTL
    if old and old ~= member then redis.call('ZREM', members, old) end
    -- in one of sixteen cases, because nothing depends on it
    if math.floor(margin) % 16 == 0 then ${SWEEP}
    end
    if indexedUntil and tonumber(indexedUntil) >= tonumber(expiresAt) then return epoch, offset, number end
    local till = expiresAt + margin
    local ttlMs = ttlFor(till)
    till = string.format('%.17g', till)
    redis.call('HSET', log, 'i', till)
    redis.call('PEXPIRE', log, offset == '0' and ttlMs or ${LOG_TTL_MS})
    redis.call('PEXPIRE', members, ttlMs)
    redis.call('PEXPIRE', expiry, ttlMs)
    return epoch, offset, number, till, ttlMs
  end`;

/**
 * `unindex` returns until when the index has the channel if no member is left, or an empty text if the log does not
 * say. Then a log without a message is forgotten soon. `exit` removes a member, only if it has the token if there is
 * one, and returns the same.
 */
export const EXITING = `${MEMBERS}
  local function unindex()
    if redis.call('ZCOUNT', expiry, '(' .. now, '+inf') > 0 then return false end
    local till, offset = unpack(redis.call('HMGET', log, 'i', 'o'))
    if till then redis.call('HDEL', log, 'i') end
    if offset == '0' then redis.call('PEXPIRE', log, ${EMPTY_LOG_MS}) end
    return till or ''
  end
  local function exit(id, token)
    local member = packed(id)
    if not member or token and unpacked(id, member) ~= token then return false end
    redis.call('ZREM', members, member)
    redis.call('ZREM', expiry, id)
    return unindex()
  end`;

// keys of the scripts below
const CHANNEL = `
  local log, entries, members, expiry = KEYS[1], KEYS[2], KEYS[3], KEYS[4]`;

/**
 * Arguments: those of `position`, connection id, token, expiresAt, owner, margin. Returns epoch, offset and number, and
 * if the caller must index the channel, until when, and the Redis TTL of the index in ms.
 */
export const ENTER_CHANNEL = script(`${CHANNEL}${LIFE}${TTL}${POSITION}${ENTERING}
  return {enter(ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11])}`);

/**
 * Arguments: now, connection id, token. Removes a member if it has this token. If no member is left, returns until when
 * the index has the channel.
 */
export const EXIT_CHANNEL = script(`${CHANNEL}${NOW}${EXITING}
  return exit(ARGV[2], ARGV[3])`);

/**
 * Arguments: now. If no member is left, returns until when the index has the channel, or an empty text if the channel's
 * hash does not say.
 */
export const UNINDEX_CHANNEL = script(`${CHANNEL}${NOW}${EXITING}
  return unindex()`);

/** Arguments: now, size of a range. Returns the last member of each range except the last range, packed. */
export const CUT_MEMBERS = script(`${CHANNEL}${NOW}${MEMBERS}
  ${SWEEP}
  -- if no member is left, the next one to join must index the channel again and set the TTL of its keys
  if #expired > 0 then redis.call('HDEL', log, 'i') end
  local cuts = {}
  local size, count = tonumber(ARGV[2]), redis.call('ZCARD', members)
  for last = size, count - 1, size do
    cuts[#cuts + 1] = redis.call('ZRANGE', members, last - 1, last - 1)[1]
  end
  return cuts`);
