import { NOW, script } from './script.js';

// The only key is a string: the expiry, a space, and '-' and the owner, or '+' and the result. An owner of version 0.1.0
// is empty.
const RESERVATION = `
  local kept, till, kind, rest = redis.call('GET', KEYS[1]), nil, nil, nil
  if kept then till, kind, rest = string.match(kept, '^(%S+) ([-+])(.*)$') end
  local function isOwnedBy(owner) return kind == '-' and rest == owner end`;

/**
 * Arguments: now, expiry, Redis TTL in ms, owner. Returns nothing to the first caller, and to others '-', or '+' and
 * the result.
 */
export const RESERVE = script(`${NOW}${RESERVATION}
  if kept and tonumber(till) > tonumber(now) then return kind == '+' and kind .. rest or kind end
  redis.call('SET', KEYS[1], ARGV[2] .. ' -' .. ARGV[4], 'PX', ARGV[3])
  return false`);

/** Arguments: expiry, Redis TTL in ms, owner. Returns 1 if the key is the owner's. */
export const RENEW_RESERVATION = script(`${RESERVATION}
  if not isOwnedBy(ARGV[3]) then return 0 end
  -- first makes room for the new value
  redis.call('DEL', KEYS[1])
  redis.call('SET', KEYS[1], ARGV[1] .. ' -' .. ARGV[3], 'PX', ARGV[2])
  return 1`);

/** Arguments: expiry, Redis TTL in ms, owner, result. */
export const KEEP_RESULT = script(`${RESERVATION}
  if kept and not isOwnedBy(ARGV[3]) then return end
  redis.call('SET', KEYS[1], ARGV[1] .. ' +' .. ARGV[4], 'PX', ARGV[2])`);

/** Arguments: owner. */
export const RELEASE_RESERVATION = script(`${RESERVATION}
  if isOwnedBy(ARGV[1]) then redis.call('DEL', KEYS[1]) end`);
