import { LIFE, NOW, script, TTL } from './script.js';

/*
 * A connection is a hash (`connection`) with the fields `c` connectedAt, `e` expiresAt, `a` lastActiveAt, `w` the owner
 * (packed), `s` the session, if it has one, `l` the life in which it was put (see `LIFE`), `n` the token of the latest
 * membership, and `x` after a removal that may not have left all channels yet. A second hash (`channels`) has its channels, each with its token.
 * A connection that was put in another life, or in one that the task could not read, is in doubt: it may have had more
 * channels, or fewer.
 */

/** The fields of a connection, and whether it is there. */
export const ABOUT = `
  local expiresAt, owner, isRemoved, putIn = unpack(redis.call('HMGET', connection, 'e', 'w', 'x', 'l'))
  local isThere = expiresAt and not isRemoved and tonumber(expiresAt) > tonumber(now)`;

/** Whether it is in doubt. */
export const DOUBT = `
  local isInDoubt = isThere and (isOfOtherLife(putIn) or putIn == '' and life ~= '')`;

// keys of the scripts below
const CONNECTION = `
  local connection, channels = KEYS[1], KEYS[2]`;

/**
 * Arguments: those of `LIFE`, connectedAt, expiresAt, owner, Redis TTL in ms, first token, session or an empty text.
 *
 * Returns nothing for a new connection, otherwise whether it was there and keeps its channels, the previous owner, and
 * a flat list of channels and tokens: those that need work. The channels of an expired connection or one in doubt must
 * be left, those of another one may need an update.
 */
export const PUT_CONNECTION = script(`${CONNECTION}${LIFE}
  local newConnectedAt, newExpiresAt, newOwner, ttlMs, token, session = unpack(ARGV, 3)
  local function write()
    redis.call('HSET', connection, 'c', newConnectedAt, 'e', newExpiresAt, 'a', now, 'w', newOwner, 'l', life, 'n', token)
    if session == '' then redis.call('HDEL', connection, 's') else redis.call('HSET', connection, 's', session) end
    redis.call('PEXPIRE', connection, ttlMs)
  end
  local latest = redis.call('HGET', connection, 'n')
  if not latest then return write() end
  ${ABOUT}${DOUBT}
  local keepsChannels = isThere and not isInDoubt
  if keepsChannels or tonumber(latest) > tonumber(token) then token = latest end
  write()
  redis.call('HDEL', connection, 'x')
  local list = redis.call('HGETALL', channels)
  if not keepsChannels then
    redis.call('DEL', channels)
  elseif #list > 0 then
    redis.call('PEXPIRE', channels, ttlMs)
    if expiresAt == newExpiresAt and owner == newOwner then list = {} end
  end
  return {keepsChannels and 1 or 0, owner, list}`);

/**
 * Arguments: those of `LIFE`. Returns connectedAt, expiresAt, lastActiveAt, owner, 1 if in doubt, and the session if there
 * is one; or an empty list.
 */
export const READ_CONNECTION = script(`${CONNECTION}${LIFE}${ABOUT}${DOUBT}
  if not isThere then return {} end
  local connectedAt, lastActiveAt, session = unpack(redis.call('HMGET', connection, 'c', 'a', 's'))
  return {connectedAt, expiresAt, lastActiveAt, owner, isInDoubt and 1 or 0, session}`);

/** As {@link READ_CONNECTION}, and sets lastActiveAt. A full server lets a field be written that was removed before. */
export const TOUCH_CONNECTION = script(`${CONNECTION}${LIFE}${ABOUT}${DOUBT}
  if not isThere then return {} end
  if type(redis.pcall('HSET', connection, 'a', now)) == 'table' then
    redis.call('HDEL', connection, 'a')
    redis.call('HSET', connection, 'a', now)
  end
  local connectedAt, session = unpack(redis.call('HMGET', connection, 'c', 's'))
  return {connectedAt, expiresAt, now, owner, isInDoubt and 1 or 0, session}`);

/**
 * Arguments: now. Returns whether it was there, its owner, and a flat list of channels and tokens; or an
 * empty list. The connection is absent from now on. Its channels stay until {@link FORGET_CONNECTION}, so that another
 * attempt after a failure finds them.
 */
export const REMOVE_CONNECTION = script(`${CONNECTION}${NOW}${ABOUT}
  if not expiresAt then return {} end
  local list = redis.call('HGETALL', channels)
  if #list == 0 then
    redis.call('DEL', connection)
  else
    -- first makes room for the mark
    redis.call('HDEL', connection, 'a')
    redis.call('HSET', connection, 'x', 1)
  end
  return {isThere and 1 or 0, owner, list}`);

/** Deletes a removed connection, unless it was put again since. */
export const FORGET_CONNECTION = script(`${CONNECTION}
  if redis.call('HEXISTS', connection, 'x') == 1 then redis.call('DEL', connection, channels) end`);

/**
 * `begin` decides about a join. Returns a refusal, or `joined` or `was_member` and the token. Each token is greater than
 * all before it, so that a late write to the channel cannot overwrite a newer one.
 */
export const BEGINNING_MEMBERSHIP = `
  local function begin(channel, maxChannels)
    if not isThere or isInDoubt then return 'unknown_connection' end
    local count = redis.call('HLEN', channels)
    local token = count > 0 and redis.call('HGET', channels, channel)
    if token then return 'was_member', token end
    if count >= tonumber(maxChannels) then return 'too_many_channels' end
    token = string.format('%.0f', redis.call('HINCRBY', connection, 'n', 1))
    redis.call('HSET', channels, channel, token)
    if count == 0 then redis.call('PEXPIRE', channels, ttlFor(expiresAt)) end
    return 'joined', token
  end`;

/** Arguments: those of `LIFE`, channel, the largest number of channels. Returns as `begin` does, expiresAt and owner. */
export const BEGIN_MEMBERSHIP = script(`${CONNECTION}${LIFE}${TTL}${ABOUT}${DOUBT}${BEGINNING_MEMBERSHIP}
  local kind, token = begin(ARGV[3], ARGV[4])
  return {kind, token or '', expiresAt or '', owner or ''}`);

/** Arguments: now, channel. Returns the current token of the membership, expiresAt and owner; or an empty list. */
export const CHECK_MEMBERSHIP = script(`${CONNECTION}${NOW}${ABOUT}
  local token = isThere and redis.call('HGET', channels, ARGV[2])
  if not token then return {} end
  return {token, expiresAt, owner}`);

/** Arguments: now, channels. Returns for each its token, or nothing if the connection is not a member. */
export const FIND_MEMBERSHIPS = script(`${CONNECTION}${NOW}${ABOUT}
  if isThere then return redis.call('HMGET', channels, unpack(ARGV, 2)) end
  local none = {}
  for at = 2, #ARGV do none[at - 1] = false end
  return none`);

/** `finish` ends a membership. Returns its token if there was one. */
export const ENDING_MEMBERSHIP = `
  local function finish(channel)
    local token = redis.call('HGET', channels, channel)
    if token then redis.call('HDEL', channels, channel) end
    return token
  end`;

/** Arguments: now, channel. Returns whether it was a member, and its token; or an empty list. */
export const END_MEMBERSHIP = script(`${CONNECTION}${NOW}${ABOUT}${ENDING_MEMBERSHIP}
  local token = finish(ARGV[2])
  if not token then return {} end
  return {isThere and 1 or 0, token}`);
