import { ABOUT, BEGINNING_MEMBERSHIP, DOUBT, ENDING_MEMBERSHIP } from './connection-scripts.js';
import { ENTERING_INDEX, LEAVING_INDEX } from './index-scripts.js';
import { POSITION } from './log-scripts.js';
import { ENTERING, EXITING } from './member-scripts.js';
import { LIFE, NOW, script, TTL } from './script.js';

/*
 * Join and leave as one script each, for a server that is not part of a cluster: it needs no further steps afterwards,
 * because no other task can write in between.
 */

// keys: of the connection, of the channel, and the index of channels
const ALL = `
  local connection, channels = KEYS[1], KEYS[2]
  local log, entries, members, expiry, index = KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]`;

/**
 * Arguments: those of `position`, connection id, channel, the largest number of channels, margin (see `enter`). Returns
 * a refusal, or `joined` or `was_member`, and epoch, offset and number of the log.
 */
export const JOIN = script(`${ALL}${LIFE}${TTL}${ABOUT}${DOUBT}${POSITION}${BEGINNING_MEMBERSHIP}${ENTERING}
  local id, name, maxChannels, margin = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
  local kind, token = begin(name, maxChannels)
  if not token then return {kind} end
  local epoch, offset, number, till, ttlMs = enter(id, token, expiresAt, owner, margin)
  if till then ${ENTERING_INDEX}
  end
  return {kind, epoch, offset, number}`);

/** Arguments: now, connection id, channel. Returns whether it was a member. */
export const LEAVE = script(`${ALL}${NOW}${ABOUT}${ENDING_MEMBERSHIP}${EXITING}
  local id, name = ARGV[2], ARGV[3]
  local token = finish(name)
  local till = exit(id)
  if till then ${LEAVING_INDEX}
  end
  return isThere and token and 1 or 0`);
