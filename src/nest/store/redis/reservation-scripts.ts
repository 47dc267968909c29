import { script } from './redis-server.js';

// the only key is a string: the expiry, a space, and '-' or '+' and the result
const RESERVATION = `
  local kept = redis.call('GET', KEYS[1])
  local till, result
  if kept then till, result = string.match(kept, '^(%S+) (.*)$') end`;

/**
 * Arguments: now, expiry, Redis TTL in ms. Returns nothing to the first caller, and '-' or '+' and the result to
 * others.
 */
export const RESERVE = script(`${RESERVATION}
  if kept and tonumber(till) > tonumber(ARGV[1]) then return result end
  redis.call('SET', KEYS[1], ARGV[2] .. ' -', 'PX', ARGV[3])
  return false`);

/** Arguments: expiry, result, Redis TTL in ms. A later expiry of the reservation itself stays. */
export const KEEP_RESULT = script(`${RESERVATION}
  local ttl = tonumber(ARGV[3])
  if not kept or tonumber(till) < tonumber(ARGV[1]) then
    till = ARGV[1]
  else
    ttl = math.max(ttl, redis.call('PTTL', KEYS[1]))
  end
  redis.call('SET', KEYS[1], till .. ' +' .. ARGV[2], 'PX', ttl)`);
