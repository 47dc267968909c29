import { EXTRA_TTL_MS, LONGEST_TTL_MS } from '../ttl.js';
import { createHash } from 'node:crypto';

/** A Lua script, which Redis runs atomically. In a cluster, all its keys are in one hash slot. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/*
 * Scripts and a full server: Redis refuses a write that needs memory only as long as the script has written nothing.
 * So a script that grows begins with such a write, and is then refused as a whole. A script that must work when the
 * server is full begins with a write that frees something.
 */
export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** The head of scripts that do not depend on the life of the data. `ARGV[1]` is now. */
export const NOW = `
  local now = ARGV[1]`;

/**
 * The head of scripts that depend on it. `ARGV[1]` is now. `ARGV[2]` is 1 if the script reads the life, otherwise the
 * life itself (see `ClusterLife`), or empty.
 *
 * `life` is the id under which the server replicates its data. It gets another one when it starts and when it was a
 * replica and is promoted, so possibly with older data; and without need when the first replica is attached, or an hour
 * after the last one has gone. In a cluster, a slot that moves to another node comes under that one's id. What was
 * written under another id is in doubt. Without usable ids, `life` is empty, and nothing is in doubt for this reason.
 */
export const LIFE = `
  local now, life = ARGV[1], ARGV[2]
  if life == '1' then
    local info = redis.pcall('INFO', 'replication')
    local _, label = string.find(type(info) == 'string' and info or '', 'master_replid:', 1, true)
    life = label and string.sub(info, label + 1, label + 40) or ''
  end
  local function isOfOtherLife(writtenIn)
    return writtenIn and writtenIn ~= '' and life ~= '' and writtenIn ~= life
  end`;

/** Arguments: now, 1. Returns the server's id, or an empty text. */
export const READ_LIFE = script(`${LIFE}
  return life`);

/** The same as `redisTtlMs`: the Redis TTL in ms of what expires at `till`. */
export const TTL = `
  local function ttlFor(till)
    local ttlMs = math.min(math.max(till - now, 0) + ${EXTRA_TTL_MS}, ${LONGEST_TTL_MS})
    return string.format('%.0f', math.ceil(ttlMs))
  end`;
