import { createClient } from '@redis/client';
import { type Engine, LIFETIME_MS, LOGGED, MEMBERS, SCRAMBLE } from './engine.ts';

const PREFIX = 'bench';
const key = (kind: string, name: string) => `${PREFIX}:${kind}{:${name}}`;

/** Writes the same keys as the store with the fewest commands, all in flight at once. */
export async function rawRedis(url: string): Promise<Engine> {
  const client = createClient({ url, RESP: 2, disableOfflineQueue: true });
  await client.connect();
  const all = (...commands: string[][]) => Promise.all(commands.map((one) => client.sendCommand(one)));
  return {
    put(id) {
      const now = String(Date.now());
      const until = String(Date.now() + LIFETIME_MS);
      const connection = key('connection', id);
      return all(
        ['HSET', connection, 'c', now, 'e', until, 'a', now, 'w', '--', 'n', `${now}000`],
        ['PEXPIRE', connection, String(LIFETIME_MS)],
        ['ZADD', key('connections', '0'), until, id],
      );
    },
    join(channel, id) {
      const now = String(Date.now());
      const until = String(Date.now() + LIFETIME_MS);
      return all(
        ['HSET', key('channels', id), channel, `${now}001`],
        ['PEXPIRE', key('channels', id), String(LIFETIME_MS)],
        ['ZADD', key('members', channel), '0', `${id}\0${now}001 ${until} ${now} 0 --`],
        ['ZADD', key('expiry', channel), until, id],
      );
    },
    touch: (id) =>
      all(
        ['HSET', key('connection', id), 'a', String(Date.now())],
        ['HMGET', key('connection', id), 'c', 'e', 'a', 'w'],
      ),
    isMember: (channel, id) => all(['ZSCORE', key('expiry', channel), id]),
    members: (channel) =>
      all(['ZRANGE', key('members', channel), '-', '+', 'BYLEX', 'LIMIT', '0', String(MEMBERS)]),
    history: (after) => all(['XRANGE', key('entries', LOGGED), `${after + 1}-0`, '+', 'COUNT', '100']),
    async remove(id) {
      const channels = (await client.sendCommand(['HKEYS', key('channels', id)])) as string[];
      return all(
        ['DEL', key('connection', id), key('channels', id)],
        ['ZREM', key('connections', '0'), id],
        ...channels.flatMap((channel) => [
          ['ZREMRANGEBYLEX', key('members', channel), `[${id}\0`, `(${id}\u0001`],
          ['ZREM', key('expiry', channel), id],
        ]),
      );
    },
  };
}

// what PUT_CONNECTION and ENTER_CHANNEL write; only the index of all connections is split differently, but no operation
// reads it
const LOAD = `
  local now, till, ttl = ARGV[3], ARGV[4], ARGV[5]
  local function key(kind, name) return '${PREFIX}:' .. kind .. '{:' .. name .. '}' end
  for n = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
    local id = string.format('L0SM9cO%08x=', n * ${SCRAMBLE} % 4294967296)
    local channel = 'channel' .. string.format('%d', math.floor(n / ${MEMBERS}))
    redis.call('HSET', key('connection', id), 'c', now, 'e', till, 'a', now, 'w', '--', 'n', now .. '001')
    redis.call('PEXPIRE', key('connection', id), ttl)
    redis.call('HSET', key('channels', id), channel, now .. '001')
    redis.call('PEXPIRE', key('channels', id), ttl)
    redis.call('ZADD', key('connections', n % 64), till, id)
    redis.call('ZADD', key('members', channel), 0, id .. '\\0' .. table.concat({now .. '001', till, now, 0, '--'}, ' '))
    redis.call('ZADD', key('expiry', channel), till, id)
  end`;

/** Loads connections that are members, with the numbers from `from` to `to - 1`, a few thousand at a time. */
export async function loadRedis(url: string, from: number, to: number): Promise<void> {
  const client = createClient({ url, RESP: 2 });
  await client.connect();
  const now = Date.now();
  const times = [now, now + LIFETIME_MS, LIFETIME_MS].map(String);
  for (let n = from; n < to; n += 5000) {
    const until = Math.min(n + 5000, to);
    await client.sendCommand(['EVAL', LOAD, '0', String(n), String(until), ...times]);
  }
  client.destroy();
}
