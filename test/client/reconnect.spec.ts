import { afterEach, describe, expect, it, vi } from 'vitest';
import { reconnectMs } from '../../src/client/backoff.js';
import { settle } from '../../src/client/testing/index.js';
import { Random } from '../checker/random.js';
import { MINUTE, SetUp, upTo } from './set-up.js';

/** Guarantee 4. */
describe('a client whose connection ends', () => {
  it.each([
    [1000, 'Connection Closed Normally'],
    [1001, 'Going away'],
    [1006, ''],
    [1009, 'Message too big'],
  ])('connects again after close code %d, and continues where it was', async (code, reason) => {
    const setUp = new SetUp();
    const { offsets, events, statuses } = await setUp.join();
    setUp.service.publish('news', 1);
    await settle();
    setUp.service.disconnect(code, reason);
    await settle();
    setUp.service.publish('news', 2);
    setUp.service.publish('news', 3);
    await setUp.advance(2000);
    setUp.service.publish('news', 4);
    await settle();
    expect(offsets).toEqual(upTo(4));
    expect(events).toContain('joined true 2');
    expect(statuses).toMatchObject([
      { status: 'connecting' },
      { status: 'connected' },
      { status: 'waiting', retryMs: 2000, error: { code: 'not_connected' } },
      { status: 'connecting' },
      { status: 'connected' },
    ]);
  });

  it('tells the application when messages are missing', async () => {
    const setUp = new SetUp();
    const { events } = await setUp.join();
    setUp.service.disconnect();
    await settle();
    setUp.service.publish('news', 1);
    setUp.service.channel('news').trim();
    await setUp.advance(2000);
    setUp.service.publish('news', 2);
    await settle();
    expect(events).toEqual(['joined true 0', 'joined false 0', 'message 2']);
  });

  it('waits longer and longer, up to the bound', async () => {
    const setUp = new SetUp();
    const { statuses } = await setUp.join('news', { random: () => 0.999, spreadMs: 1000 });
    setUp.service.handshake = 'unreachable';
    setUp.service.disconnect();
    await setUp.advance(10 * MINUTE);
    const waits = statuses.flatMap(({ retryMs }) => (retryMs === undefined ? [] : [Math.ceil(retryMs)]));
    expect(waits.slice(0, 6)).toEqual([999, 3996, 7992, 15_984, 29_970, 29_970]);
    expect(Math.max(...waits)).toBe(29_970);
  });

  it('begins with the shortest window again after a connection that worked', async () => {
    const setUp = new SetUp();
    const { client, statuses } = await setUp.join('news', { random: () => 0.999, spreadMs: 1000 });
    setUp.service.handshake = 'unreachable';
    setUp.service.disconnect();
    await setUp.advance(MINUTE);
    setUp.service.handshake = undefined;
    await setUp.advance(MINUTE);
    expect(client.status).toBe('connected');
    setUp.service.disconnect();
    await settle();
    expect(statuses.at(-1)?.retryMs).toBe(999);
  });

  it('gives up a handshake without a response, and tries again', async () => {
    const setUp = new SetUp();
    setUp.service.handshake = 'silent';
    const { client, statuses } = await setUp.join();
    await setUp.advance(15_000);
    expect(statuses.at(-1)).toMatchObject({ status: 'waiting', error: { code: 'not_connected' } });
    setUp.service.handshake = undefined;
    await setUp.advance(4000);
    expect(client.status).toBe('connected');
  });

  it('connects again when the service does not know the connection any more', async () => {
    const setUp = new SetUp();
    const { room, offsets } = await setUp.join();
    let isKnown = false;
    setUp.service.onRequest = ({ action }) =>
      action === 'publish' && !isKnown
        ? { type: 'error', code: 'unknown_connection', message: 'Reconnect.' }
        : undefined;
    const published = room.publish('x');
    await settle();
    isKnown = true;
    await setUp.advance(4000);
    expect(await published).toBe(1);
    expect(offsets).toEqual([1]);
    expect(setUp.service.connections).toHaveLength(2);
  });

  it('joins again when the service has lost its memberships', async () => {
    const setUp = new SetUp();
    const { offsets } = await setUp.join();
    setUp.service.loseMemberships();
    setUp.service.publish('news', 1);
    await settle();
    setUp.service.publish('news', 2);
    await settle();
    expect(offsets).toEqual([1, 2]);
    expect(setUp.service.connections).toHaveLength(1);
  });

  it.each(['overloaded', 'unavailable', 'internal_error'] as const)(
    'repeats a join that failed with %s',
    async (code) => {
      const setUp = new SetUp();
      let failures = 3;
      setUp.service.onRequest = ({ action }) =>
        action === 'join' && (failures -= 1) >= 0 ? { type: 'error', code, message: 'Retry.' } : undefined;
      const { events } = await setUp.join();
      expect(events).toEqual([]);
      await setUp.advance(10_000);
      expect(events).toEqual(['joined true 0']);
    },
  );

  it('repeats its requests when API Gateway reports that it could not reach the service', async () => {
    const setUp = new SetUp();
    let isDown = true;
    setUp.service.onRequest = () => (isDown ? { message: 'Internal server error' } : undefined);
    const { events, room } = await setUp.join();
    const published = room.publish('x');
    await setUp.advance(3000);
    isDown = false;
    await setUp.advance(10_000);
    expect(await published).toBe(1);
    expect(events).toEqual(['joined true 0', 'message 1']);
    expect(setUp.service.connections).toHaveLength(1);
  });

  it('connects again when it receives what is not JSON', async () => {
    const setUp = new SetUp();
    const { client, statuses } = await setUp.join();
    setUp.service.open[0]!.socket.deliver('<html>');
    await settle();
    expect(statuses.at(-1)).toMatchObject({
      status: 'waiting',
      error: { message: expect.stringContaining('<html>') },
    });
    await setUp.advance(2000);
    expect(client.status).toBe('connected');
  });

  it('ignores messages of a type and requests of a kind that it does not know', async () => {
    const setUp = new SetUp();
    const { client, offsets } = await setUp.join();
    const [connection] = setUp.service.open;
    setUp.service.send(connection!, { type: 'of a later version', channel: 'news' } as never);
    setUp.service.send(connection!, { type: 'error', code: 'not_json', message: 'without an id' });
    setUp.service.publish('news', 1);
    await settle();
    expect([offsets, client.status]).toEqual([[1], 'connected']);
  });
});

describe('a fleet that loses its connections at once', () => {
  /** New connections in the busiest second, when every attempt until `recoveredAt` fails. */
  function busiestSecond(clients: number, spreadMs: number, recoveredAt: number): number {
    const random = new Random(`fleet of ${clients}`);
    const perSecond = new Map<number, number>();
    for (let client = 0; client < clients; client += 1) {
      let at = 0;
      for (let attempts = 1; ; attempts += 1) {
        at += reconnectMs(attempts, spreadMs, 30_000, random.next());
        const second = Math.floor(at / 1000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
        if (at >= recoveredAt) break;
      }
    }
    return Math.max(...perSecond.values());
  }

  it.each([
    ['at once', 0],
    ['after 10 seconds', 10_000],
    ['after a minute', 60_000],
    ['after ten minutes', 600_000],
  ])('opens fewer than 500 connections in each second if the service is back %s', (_, recoveredAt) => {
    expect(busiestSecond(1000, 4000, recoveredAt)).toBeLessThan(500);
  });

  it('does so with ten times as many clients and ten times the spread', () => {
    expect(busiestSecond(10_000, 40_000, 10_000)).toBeLessThan(500);
  });

  it('opens more without a spread', () => {
    expect(busiestSecond(1000, 0, 0)).toBeGreaterThan(500);
  });
});

describe('a heartbeat', () => {
  it('keeps the connection from becoming idle', async () => {
    const setUp = new SetUp();
    await setUp.join();
    await setUp.advance(100 * MINUTE);
    const pings = setUp.requests('ping');
    expect(pings.length).toBeGreaterThanOrEqual(100);
    expect(pings.length).toBeLessThan(103);
  });

  it('notices that the other end no longer exists', async () => {
    const setUp = new SetUp();
    const { offsets, statuses } = await setUp.join();
    setUp.service.publish('news', 1);
    await settle();
    const [connection] = setUp.service.open;
    connection!.socket.isHalfOpen = true;
    setUp.service.publish('news', 2);
    await setUp.advance(MINUTE + 30_000 + 2000);
    expect(offsets).toEqual([1, 2]);
    expect(statuses.map(({ error }) => error?.message).join()).toContain('Nothing was received for 30 s');
  });

  it('notices that sooner when the application asks', async () => {
    const setUp = new SetUp();
    const { client, statuses } = await setUp.join();
    await setUp.advance(50_000);
    setUp.service.open[0]!.socket.isHalfOpen = true;
    client.wake();
    await setUp.advance(9999);
    expect(client.status).toBe('connected');
    await setUp.advance(1);
    expect(statuses.at(-1)).toMatchObject({ status: 'waiting', error: { code: 'not_connected' } });
  });

  it('takes a slow service for one that exists', async () => {
    const setUp = new SetUp();
    await setUp.join();
    setUp.service.onRequest = ({ action }, connection) => {
      if (action !== 'ping') return undefined;
      const timedOut = { message: 'Endpoint request timed out' } as never;
      setUp.clock.setTimeout(() => setUp.service.send(connection, timedOut), 29_000);
      return 'none';
    };
    await setUp.advance(10 * MINUTE);
    expect(setUp.service.connections).toHaveLength(1);
  });
});

describe('in a browser', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** A page, as far as the client looks at it. */
  function stubPage() {
    const listeners = new Map<string, () => void>();
    const page = { visibilityState: 'hidden', onLine: true };
    const add = (event: string, listener: () => void) => void listeners.set(event, listener);
    const remove = (event: string) => void listeners.delete(event);
    vi.stubGlobal('addEventListener', add);
    vi.stubGlobal('removeEventListener', remove);
    vi.stubGlobal('document', {
      addEventListener: add,
      removeEventListener: remove,
      get visibilityState() {
        return page.visibilityState;
      },
    });
    vi.stubGlobal('navigator', {
      get onLine() {
        return page.onLine;
      },
    });
    return { page, listeners, fire: (event: string) => listeners.get(event)?.() };
  }

  it('connects at once when the network is back', async () => {
    const { page, fire } = stubPage();
    const setUp = new SetUp();
    const { client, statuses } = await setUp.join();
    page.onLine = false;
    setUp.service.disconnect(1006, '');
    await settle();
    expect(statuses.at(-1)).toMatchObject({ status: 'waiting', retryMs: 30_000 });
    fire('offline');
    await settle();
    expect(client.status).toBe('waiting');
    page.onLine = true;
    fire('online');
    await settle();
    expect(client.status).toBe('connected');
  });

  it('checks the connection when the page becomes visible', async () => {
    const { page, fire } = stubPage();
    const setUp = new SetUp();
    await setUp.join();
    fire('visibilitychange');
    await settle();
    expect(setUp.requests('ping')).toHaveLength(0);
    page.visibilityState = 'visible';
    fire('visibilitychange');
    await settle();
    expect(setUp.requests('ping')).toHaveLength(1);
  });

  it('leaves no listener on the page after close()', async () => {
    const { listeners } = stubPage();
    const setUp = new SetUp();
    const { client } = await setUp.join();
    expect([...listeners.keys()].toSorted()).toEqual(['offline', 'online', 'visibilitychange']);
    await client.close();
    expect([...listeners.keys()]).toEqual([]);
  });
});

it('connects at once, or checks the connection, when the application asks for it', async () => {
  const setUp = new SetUp();
  const { client } = await setUp.join();
  client.wake();
  await settle();
  expect(setUp.requests('ping')).toHaveLength(1);
  setUp.service.disconnect();
  await settle();
  client.wake();
  await settle();
  expect(client.status).toBe('connected');
});
