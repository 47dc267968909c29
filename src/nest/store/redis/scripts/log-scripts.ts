import { EMPTY_LOG_MS, EPOCH_GAP } from '../../log-store.js';
import { LIFE, NOW, script } from './script.js';
import { LOG_TTL_MS } from '../ttl.js';

/** The Redis TTL of a log is renewed at most once an hour. */
const HOUR_MS = 3_600_000;

/*
 * A log is a hash (`log`), which lives longer than the entries (`entries`), because members refer to its offsets. Its
 * fields: `e` the epoch, `o` the offset, `n` the number of the epoch, which is the time in ms
 * when it was begun, or later, so that one that was begun after a loss is known to be newer; `l` the life in which the epoch was begun (see
 * `LIFE`), `g` the age limit of entries in ms, `t` the time of the last message, and `i` until when the channel is in
 * the index. A log of version 0.1.0 has neither `n` nor `l`.
 */

/**
 * Begins the epoch `epoch`, after the greatest offset that the log or a task that remembers it has.
 *
 * This and other parts of scripts that are rarely run are not functions, because Lua creates each function of a script
 * anew whenever the script is run.
 */
const BEGIN_EPOCH = `
      redis.call('HSET', log, 'e', epoch, 'o', offset, 'n', number, 'l', life)
      redis.call('HDEL', log, 'i')
      redis.call('DEL', entries)
      redis.call('PEXPIRE', log, offset == '0' and ${EMPTY_LOG_MS} or ${LOG_TTL_MS})`;
const afterGap = (offset: string) => `string.format('%.0f', ${offset} + ${EPOCH_GAP})`;

/**
 * `position()` returns epoch, offset and number of the log, and the fields `i` and `t`. It begins a log that does not
 * exist, and a new epoch if the log may have lost messages: if it is of another life, or behind the position that the
 * calling task remembers. The arguments are those of `LIFE`; `ARGV[3]` is the name for a new epoch; `ARGV[4]`, `ARGV[5]` and `ARGV[6]` are the epoch,
 * offset and number that the task remembers, or empty.
 */
export const POSITION = `
  local function position()
    local epoch, offset, number, writtenIn, indexedUntil, time =
      unpack(redis.call('HMGET', log, 'e', 'o', 'n', 'l', 'i', 't'))
    number = tonumber(number or 0)
    local knownEpoch, knownOffset, known = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
    local isBehind = known and (number < known
      or number == known and (epoch ~= knownEpoch or tonumber(offset) < knownOffset))
    if epoch and not isBehind and not isOfOtherLife(writtenIn) then
      if writtenIn ~= life and life ~= '' then redis.call('HSET', log, 'l', life) end
      return epoch, offset, number, indexedUntil, time
    end
    local isNew = not epoch and not known
    epoch, number = ARGV[3], math.max(tonumber(now), number + 1, (known or 0) + 1)
    offset = isNew and '0' or ${afterGap('math.max(tonumber(offset or 0), knownOffset or 0)')}
    ${BEGIN_EPOCH}
    return epoch, offset, number, false, time
  end`;

/** Removes the oldest entries, up to the first one that was appended after this time. */
const TRIMMING = `
  local function trim(till)
    local oldest = redis.call('XRANGE', entries, '-', '+', 'COUNT', 1)[1]
    while oldest and tonumber(string.match(oldest[1], '%d+$')) <= till do
      redis.call('XDEL', entries, oldest[1])
      oldest = redis.call('XRANGE', entries, '-', '+', 'COUNT', 1)[1]
    end
  end`;

// keys of the scripts below
const LOG = `
  local log, entries = KEYS[1], KEYS[2]`;

/** Arguments: those of `position`. Returns epoch, offset and number. */
export const READ_POSITION = script(`${LOG}${LIFE}${POSITION}
  local epoch, offset, number = position()
  if offset ~= '0' then redis.call('PEXPIRE', log, ${LOG_TTL_MS}) end
  return {epoch, offset, number}`);

/**
 * Arguments: those of `position`, content, the largest number of entries, their age limit in ms, their Redis TTL in ms.
 * With a key for idempotency, it is a third key, and its expiry, its fingerprint and its Redis TTL in ms follow.
 *
 * Returns epoch, offset and number. If the key's message is in this epoch already, its offset follows, and nothing is
 * appended. Returns nothing if the key has another fingerprint.
 *
 * The id of an entry is `offset-time`. The time is now, or that of the message before if that is later. The value of a
 * key is `expiry epoch offset fingerprint`.
 */
export const APPEND = script(`${LOG}${LIFE}${POSITION}${TRIMMING}
  local content, largest, ageMs, ttlMs = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
  local once, onceTill, fingerprint, onceTtlMs = KEYS[3], ARGV[11], ARGV[12], ARGV[13]
  local epoch, offset, number, _, before = position()
  local kept = once and redis.call('GET', once)
  if kept then
    local till, itsEpoch, itsOffset, itsFingerprint = string.match(kept, '^(%S+) (%S+) (%S+) (.*)$')
    if tonumber(till) > tonumber(now) then
      if itsFingerprint ~= fingerprint then return false end
      if itsEpoch == epoch then return {epoch, offset, number, itsOffset} end
    end
  end
  offset = string.format('%.0f', offset + 1)
  local time = before and tonumber(before) > tonumber(now) and before or now
  redis.call('HSET', log, 'o', offset, 'g', ageMs, 't', time)
  if not before or math.floor(before / ${HOUR_MS}) ~= math.floor(time / ${HOUR_MS}) then
    redis.call('PEXPIRE', log, ${LOG_TTL_MS})
  end
  if once then
    redis.call('SET', once, table.concat({onceTill, epoch, offset, fingerprint}, ' '), 'PX', onceTtlMs)
  end
  if tonumber(largest) == 0 then
    redis.call('DEL', entries)
  else
    redis.call('XADD', entries, 'MAXLEN', '=', largest, offset .. '-' .. time, 'm', content)
    -- in one of sixteen cases, because a reader does the same
    if offset % 16 == 0 then trim(now - ageMs) end
    redis.call('PEXPIRE', entries, ttlMs)
  end
  return {epoch, offset, number}`);

/** Arguments: now, first offset, limit. Returns entries as XRANGE does. */
export const READ_LOG = script(`${LOG}${NOW}${TRIMMING}
  local ageMs = redis.call('HGET', log, 'g')
  if not ageMs then return {} end
  trim(now - ageMs)
  return redis.call('XRANGE', entries, ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])`);

/** Arguments: those of `LIFE`, and the new epoch. Begins a new epoch, if there is a log. */
export const RENEW_LOG = script(`${LOG}${LIFE}
  local epoch, offset, number = ARGV[3], unpack(redis.call('HMGET', log, 'o', 'n'))
  if not offset then return end
  offset, number = ${afterGap('offset')}, math.max(tonumber(now), tonumber(number or 0) + 1)
  ${BEGIN_EPOCH}`);
