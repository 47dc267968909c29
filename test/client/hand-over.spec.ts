import { describe, expect, it } from 'vitest';
import { type HandOver } from '../../src/client/index.js';
import { settle } from '../../src/client/testing/index.js';
import { MINUTE, SetUp, upTo } from './set-up.js';

/** Guarantee 3: a second connection is joined and drained before the first is closed. */
async function joined(options: Parameters<SetUp['join']>[1] = {}, name = 'news') {
  const setUp = new SetUp();
  const seen = await setUp.join(name, options);
  const phases: HandOver['phase'][] = [];
  seen.client.on('handover', ({ phase }) => phases.push(phase));
  return { setUp, service: setUp.service, phases, ...seen };
}

describe('a connection that is almost two hours old', () => {
  it('is replaced before its end, and nothing is missed, doubled or reordered', async () => {
    const { setUp, service, offsets, phases, client } = await joined();
    service.latencyMs = 20;
    for (let minute = 0; minute < 120 * 3; minute += 1) {
      service.publish('news', minute);
      // in the middle of the hand-over, too
      await setUp.advance(MINUTE - 50);
      for (let n = 0; n < 5; n += 1) {
        service.publish('news', minute);
        await setUp.advance(10);
      }
    }
    await setUp.advance(MINUTE);
    expect(offsets).toEqual(upTo(120 * 3 * 6));
    expect(phases).toEqual(['started', 'completed', 'started', 'completed', 'started', 'completed']);
    expect(service.open).toHaveLength(1);
    expect(service.connections).toHaveLength(4);
    expect(client.status).toBe('connected');
  });

  it.each([
    [0, 105],
    [0.5, 110],
    [1, 115],
  ])('is replaced at an age that varies: with random %d after %d minutes', async (random, minutes) => {
    const { setUp, service } = await joined({ random: () => random });
    await setUp.advance(minutes * MINUTE - 1);
    expect(service.connections).toHaveLength(1);
    await setUp.advance(1);
    expect(service.connections).toHaveLength(2);
  });

  it('is closed only when the channels are joined on the new one', async () => {
    const { setUp, service, phases, offsets } = await joined();
    let isAnswered = false;
    service.onRequest = ({ action }, { id }) =>
      action === 'join' && id === 'connection-2' && !isAnswered ? 'none' : undefined;
    await setUp.advance(110 * MINUTE);
    service.publish('news', 'in between');
    await settle();
    expect([service.open.length, phases, offsets]).toEqual([2, ['started'], [1]]);
    isAnswered = true;
    // the join without a reply is repeated
    await setUp.advance(31_000);
    expect([service.open.map(({ id }) => id), phases]).toEqual([['connection-2'], ['started', 'completed']]);
  });

  it('is closed only when what the new one has missed has arrived', async () => {
    const { setUp, service, offsets, phases } = await joined();
    // neither connection receives 1 in time
    service.onDeliver = ({ type }) => type !== 'message';
    await setUp.advance(110 * MINUTE - 1);
    service.publish('news', 1);
    service.onRequest = ({ action, since }, { id }) =>
      action === 'join' && since?.offset === 0 && id === 'connection-2'
        ? { type: 'joined', channel: 'news', epoch: 'epoch-1', offset: 1, recovered: false }
        : undefined;
    await setUp.advance(1);
    expect([service.open.length, phases, offsets]).toEqual([2, ['started'], []]);
    service.onDeliver = undefined;
    await setUp.advance(1000);
    expect([service.open.length, phases, offsets]).toEqual([1, ['started', 'completed'], [1]]);
  });

  it('is closed only when what was published on it has a reply', async () => {
    const { setUp, service, room } = await joined();
    let answer = () => undefined as void;
    service.onRequest = ({ action, id }, connection) => {
      if (action !== 'publish' || connection.id !== 'connection-1') return undefined;
      answer = () =>
        service.send(connection, { type: 'published', id, channel: 'news', epoch: 'epoch-1', offset: 7 });
      return 'none';
    };
    await setUp.advance(110 * MINUTE - 1);
    const first = room.publish('on the first');
    const second = room.publish('on the second');
    await setUp.advance(1000);
    expect(service.open).toHaveLength(2);
    answer();
    expect(await first).toBe(7);
    expect(await second).toBe(1);
    expect(service.open).toHaveLength(1);
    expect(setUp.requests('publish').map(({ data }) => data)).toEqual(['on the first', 'on the second']);
  });

  it('is used on until its end if no other can be opened, and the attempts go on', async () => {
    const { setUp, service, phases, client, offsets } = await joined();
    service.handshake = 503;
    await setUp.advance(115 * MINUTE);
    service.publish('news', 1);
    await settle();
    expect(client.status).toBe('connected');
    expect(phases.filter((phase) => phase === 'failed').length).toBeGreaterThan(3);
    expect(offsets).toEqual([1]);
    service.handshake = undefined;
    await setUp.advance(2 * MINUTE);
    expect(phases.at(-1)).toBe('completed');
    expect(service.open).toHaveLength(1);
  });

  it('that ends while the new one joins is followed by the new one at once', async () => {
    const { setUp, service, client, offsets, statuses } = await joined();
    service.onRequest = ({ action }, { id }) =>
      action === 'join' && id === 'connection-2' ? 'none' : undefined;
    await setUp.advance(110 * MINUTE);
    service.disconnect(1001, 'Going away', service.open.slice(0, 1));
    service.onRequest = undefined;
    service.publish('news', 1);
    await setUp.advance(31_000);
    expect(offsets).toEqual([1]);
    expect(client.status).toBe('connected');
    expect(statuses.map(({ status }) => status)).toEqual(['connecting', 'connected']);
    expect(service.connections).toHaveLength(2);
  });

  it('whose replacement ends while it joins is replaced by another', async () => {
    const { setUp, service, phases } = await joined();
    service.onRequest = ({ action }, { id }) =>
      action === 'join' && id === 'connection-2' ? 'none' : undefined;
    await setUp.advance(110 * MINUTE);
    service.disconnect(1001, 'Going away', service.open.slice(1));
    await setUp.advance(MINUTE);
    expect(phases).toEqual(['started', 'failed', 'started', 'completed']);
    expect(service.open.map(({ id }) => id)).toEqual(['connection-3']);
  });

  it('is replaced without a gap in a channel that keeps no log', async () => {
    const setUp = new SetUp({ historyMessages: 0 });
    const { offsets, events } = await setUp.join();
    setUp.service.latencyMs = 20;
    for (let n = 0; n < 100; n += 1) {
      await setUp.advance(n === 10 ? 110 * MINUTE : 5);
      setUp.service.publish('news', n);
    }
    await setUp.advance(5000);
    expect(setUp.service.connections).toHaveLength(2);
    expect(offsets).toEqual(upTo(100));
    expect(events.filter((event) => event.includes('false'))).toEqual([]);
  });
});

describe('notices of members during a hand-over', () => {
  it('are handed on once, although both connections receive them', async () => {
    const { setUp, service, events } = await joined({}, 'presence:lobby');
    // the new connection is a member, but the client does not know it yet
    service.onDeliver = ({ type }, { id }) => !(type === 'joined' && id === 'connection-2');
    await setUp.advance(110 * MINUTE);
    expect(service.channel('presence:lobby').members.size).toBe(2);
    const other = await setUp.join('presence:lobby');
    await other.client.close();
    await settle();
    const notices = events.filter((event) => event.startsWith('connection-3'));
    expect(notices).toEqual(['connection-3 joined', 'connection-3 left']);
    // in the next hand-over, the same notice is news again
    service.onDeliver = undefined;
    await setUp.advance(31_000);
    expect(service.open).toHaveLength(1);
    service.onDeliver = ({ type }, { id }) => !(type === 'joined' && id === 'connection-4');
    service.askToReconnect(0);
    await setUp.advance(1000);
    expect(service.open).toHaveLength(2);
    const data = { event: 'left', connectionId: 'connection-3' } as const;
    service.send(service.open[0]!, { type: 'member', channel: 'presence:lobby', data });
    await settle();
    expect(events.filter((event) => event === 'connection-3 left')).toHaveLength(2);
  });
});

describe('a service that asks clients to move', () => {
  it('gets the hand-over at the time that it names', async () => {
    const { setUp, service, phases, offsets } = await joined();
    service.askToReconnect(12_000);
    await setUp.advance(11_999);
    expect(service.connections).toHaveLength(1);
    await setUp.advance(1);
    service.publish('news', 1);
    await settle();
    expect([service.open.length, phases, offsets]).toEqual([1, ['started', 'completed'], [1]]);
    expect(service.connections).toHaveLength(2);
  });

  it('gets another one if it asks while the connection is being replaced', async () => {
    const { setUp, service } = await joined();
    service.onRequest = ({ action }, { id }) =>
      action === 'join' && id === 'connection-2' ? 'none' : undefined;
    await setUp.advance(110 * MINUTE);
    service.askToReconnect(5000);
    service.onRequest = undefined;
    await setUp.advance(31_000);
    expect(service.connections).toHaveLength(2);
    await setUp.advance(5000);
    expect(service.open.map(({ id }) => id)).toEqual(['connection-3']);
  });

  it('does not postpone a hand-over by asking again', async () => {
    const { setUp, service } = await joined();
    service.askToReconnect(12_000);
    await setUp.advance(6000);
    service.askToReconnect(12_000);
    await setUp.advance(6000);
    expect(service.connections).toHaveLength(2);
  });
});
