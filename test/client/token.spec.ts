import { describe, expect, it } from 'vitest';
import { BackchannelError, type ConnectOptions } from '../../src/client/index.js';
import { settle } from '../../src/client/testing/index.js';
import { MINUTE, SetUp } from './set-up.js';

/** Guarantee 5. */
describe('a token', () => {
  it('is sent as a sub-protocol', async () => {
    const setUp = new SetUp();
    const seen: [string, string[]][] = [];
    await setUp.join('news', { token: async () => 'a.b-c_d', WebSocket: noting(setUp, seen) });
    expect(seen).toEqual([['ws://backchannel.test/dev', ['backchannel.batch', 'token.a.b-c_d']]]);
  });

  it.each([
    ['ws://backchannel.test/dev', 'ws://backchannel.test/dev?token=a%2Fb'],
    ['ws://backchannel.test/dev?x=1', 'ws://backchannel.test/dev?x=1&token=a%2Fb'],
  ])('is sent in the query string of %s if that is wanted', async (url, expected) => {
    const setUp = new SetUp();
    const seen: [string, string[]][] = [];
    await setUp.join('news', { url, token: () => 'a/b', tokenIn: 'query', WebSocket: noting(setUp, seen) });
    expect(seen).toEqual([[expected, ['backchannel.batch']]]);
  });

  it('is asked for before each attempt, for a hand-over, too', async () => {
    const setUp = new SetUp();
    let count = 0;
    await setUp.join('news', { token: async () => `token-${(count += 1)}` });
    setUp.service.disconnect();
    await setUp.advance(2000);
    await setUp.advance(110 * MINUTE);
    expect(setUp.service.connections.map(({ user }) => user)).toEqual(['token-1', 'token-2', 'token-3']);
  });

  it('is asked for anew once when a handshake fails without a status, as in a browser', async () => {
    const setUp = new SetUp();
    const refreshed: boolean[] = [];
    setUp.service.handshake = 'unreachable';
    const { statuses } = await setUp.join('news', {
      token: ({ refresh }) => {
        refreshed.push(refresh);
        return 'x';
      },
    });
    await setUp.advance(2 * MINUTE);
    expect(refreshed.length).toBeGreaterThan(4);
    expect(refreshed.slice(0, 2)).toEqual([false, true]);
    expect(refreshed.filter(Boolean)).toHaveLength(1);
    setUp.service.handshake = undefined;
    await setUp.advance(MINUTE);
    expect(statuses.at(-1)?.status).toBe('connected');
  });

  it.each([401, 403])('that is refused with %d ends the client with a typed error', async (status) => {
    const setUp = new SetUp();
    setUp.service.handshake = status;
    const { client, room, statuses } = await setUp.join('news', { token: () => 'x' });
    expect(client.status).toBe('closed');
    expect(statuses.at(-1)?.error).toMatchObject({ code: 'unauthorized', status });
    await expect(room.publish('x')).rejects.toMatchObject({ code: 'unauthorized', status });
    await setUp.advance(10 * MINUTE);
    expect([setUp.service.handshakes, setUp.clock.timers]).toEqual([1, 0]);
  });

  it.each([429, 500, 502, 503, 504])('does not end the client when the status is %d', async (status) => {
    const setUp = new SetUp();
    setUp.service.handshake = status;
    const { client, statuses } = await setUp.join('news', { token: () => 'x' });
    expect(statuses.at(-1)).toMatchObject({ status: 'waiting', error: { status } });
    setUp.service.handshake = undefined;
    await setUp.advance(MINUTE);
    expect(client.status).toBe('connected');
  });

  it('whose function fails is asked for again, and the application is told', async () => {
    const setUp = new SetUp();
    let failures = 2;
    const client = setUp.connect({
      token: async () => {
        if ((failures -= 1) >= 0) throw new Error('no network');
        return 'x';
      },
    });
    const errors: string[] = [];
    client.on('error', ({ code, message }) => errors.push(`${code} ${message}`));
    client.channel('news');
    await setUp.advance(MINUTE);
    expect(errors).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/^no_token .*no network/)));
    expect(client.status).toBe('connected');
  });

  it('whose function says that the user is logged out ends the client', async () => {
    const setUp = new SetUp();
    const { client, statuses } = await setUp.join('news', {
      token: () => Promise.reject(new BackchannelError('unauthorized', 'logged out')),
    });
    expect(client.status).toBe('closed');
    expect(statuses.at(-1)?.error).toMatchObject({ code: 'unauthorized', message: 'logged out' });
  });

  it('that comes after the attempt was given up is not used', async () => {
    const setUp = new SetUp();
    let isAborted: () => boolean = () => false;
    const { client, statuses } = await setUp.join('news', {
      token: ({ signal }) => {
        isAborted = () => signal.aborted;
        return new Promise<string>(() => undefined);
      },
    });
    await setUp.advance(15_000);
    expect([statuses.at(-1)?.status, isAborted()]).toEqual(['waiting', true]);
    await client.close();
    expect(setUp.service.handshakes).toBe(0);
  });

  it('that a sub-protocol cannot have ends the client with an error that says what to do', async () => {
    const setUp = new SetUp();
    const { statuses } = await setUp.join('news', { token: () => 'a token/with=spaces' });
    expect(statuses.at(-1)).toMatchObject({
      status: 'closed',
      error: { code: 'bad_token', message: expect.stringContaining('tokenIn: "query"') },
    });
  });

  const BASE = 'ws://backchannel.test/dev?token=';

  it('may make a URL of 4,096 characters', async () => {
    const setUp = new SetUp();
    const token = () => 'x'.repeat(4096 - BASE.length);
    const { client } = await setUp.join('news', { tokenIn: 'query', token });
    expect(client.status).toBe('connected');
  });

  it('that makes a longer one ends the client with an error that says what to do', async () => {
    const setUp = new SetUp();
    const token = () => 'x'.repeat(4097 - BASE.length);
    const { statuses } = await setUp.join('news', { tokenIn: 'query', token });
    expect(statuses.at(-1)).toMatchObject({
      status: 'closed',
      error: { code: 'url_too_long', message: expect.stringMatching(/4,096.*protocol.*4097/) },
    });
  });
});

describe('connect', () => {
  it.each<[string, Partial<Record<keyof ConnectOptions, unknown>>]>([
    ['url', { url: 'https://example.org' }],
    ['url', { url: 'wss://example.org/#top' }],
    ['url', { url: undefined }],
    ['token', { token: 'a text' }],
    ['tokenIn', { tokenIn: 'header' }],
    ['heartbeatMs', { heartbeatMs: 10 * MINUTE }],
    ['handOverMs', { handOverMs: Number.NaN }],
    ['queueLimit', { queueLimit: 0 }],
    ['spreadMs', { spreadMs: '5' }],
  ])('refuses a wrong %s, and says what is expected', (name, options) => {
    const setUp = new SetUp();
    expect(() => setUp.connect(options as never)).toThrow(
      expect.objectContaining({
        code: 'bad_options',
        message: expect.stringMatching(new RegExp(`${name} is .*expected`)),
      }),
    );
  });

  it('opens no connection before a channel is joined, so that a server may render the page', async () => {
    const setUp = new SetUp();
    const client = setUp.connect();
    await setUp.advance(MINUTE);
    expect([client.status, setUp.service.handshakes, setUp.clock.timers]).toEqual(['idle', 0, 0]);
  });

  it('ends with a typed error where there is no WebSocket', async () => {
    const { WebSocket } = globalThis;
    try {
      delete (globalThis as { WebSocket?: unknown }).WebSocket;
      const setUp = new SetUp();
      const { statuses } = await setUp.join('news', { WebSocket: undefined as never });
      await settle();
      expect(statuses.at(-1)).toMatchObject({ status: 'closed', error: { code: 'no_web_socket' } });
    } finally {
      globalThis.WebSocket = WebSocket;
    }
  });
});

/** A fake WebSocket that notes what it is opened with. */
function noting({ service }: SetUp, seen: [string, string[]][]) {
  const { WebSocket } = service.options;
  return function Noting(url: string, protocols: string[]) {
    seen.push([url, protocols]);
    return new WebSocket(url, protocols);
  } as unknown as typeof WebSocket;
}
