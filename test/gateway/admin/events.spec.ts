import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { EventReader, stepsOf } from '../../support/event-reader.js';
import { HttpBackend } from '../../support/http-backend.js';
import { Queue } from '../../support/queue.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const MB = 1024 * 1024;

async function start(record: number = MB) {
  const gateway = await DeployedGateway.start({ $default: {} }, { record });
  const admin = new AdminClient(gateway.gateway.url);
  await admin.request('DELETE', 'events');
  return { gateway, admin, events: new EventReader(gateway.gateway) };
}

/** A reader of server-sent events. */
async function stream(url: string, headers: Record<string, string> = {}) {
  const request = get(url, { headers: { Accept: 'text/event-stream', ...headers } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const received = new Queue<string>('a server-sent event');
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      received.push(text.slice(0, end));
      text = text.slice(end + 2);
    }
  });
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  return {
    response,
    ended,
    next: async () => {
      const [id, data] = (await received.next()).split('\n');
      return {
        id: Number(id?.slice('id: '.length)),
        event: JSON.parse(data?.slice('data: '.length) ?? '') as { id: number; type: string },
      };
    },
    [Symbol.dispose]: () => request.destroy(),
  };
}

describe('events as JSON', () => {
  it('are read in pages, oldest first', async () => {
    const { gateway, admin, events } = await start();
    await using _ = gateway;
    const { after: before } = await events.page();
    for (let n = 0; n < 3; n += 1) await admin.advanceClock('1s');
    const first = await events.page('limit=2');
    expect(first).toMatchObject({ items: [{ type: 'clock' }, { type: 'clock' }], isComplete: true });
    expect(first.after).toBe(first.items[1]?.id);
    const second = await events.page(`limit=2&after=${first.after}`);
    expect(second.items.map(({ id }) => id)).toEqual([before + 3]);
    expect(await events.page(`after=${second.after}`)).toEqual({
      items: [],
      after: before + 3,
      isComplete: true,
    });
    expect((await events.page('after=latest')).items).toEqual([]);
  });

  it('are filtered by type, connection, API, stage and route', async () => {
    const { gateway, admin, events } = await start();
    await using _ = gateway;
    using first = await WebSocketClient.open(gateway.webSocketUrl);
    using second = await WebSocketClient.open(gateway.webSocketUrl);
    await admin.advanceClock('1s');
    first.send('1');
    await first.next();
    const all = (await events.page()).items;
    const count = async (query: string) => (await events.page(query)).items.length;
    const [handshake] = all;
    expect(all.map(({ type }) => type)).toEqual(['handshake', 'handshake', 'clock', 'message']);
    expect(await count('type=handshake')).toBe(2);
    expect(await count(`connectionId=${encodeURIComponent(handshake?.connectionId ?? '')}`)).toBe(2);
    expect(await count(`apiId=${gateway.apiId}&stage=dev`)).toBe(3);
    expect(await count('apiId=other')).toBe(0);
    expect(await count('routeKey=$default')).toBe(1);
    expect(await count(`requestId=${encodeURIComponent(handshake?.requestId ?? '')}`)).toBe(1);
    await second.close();
  });

  it('are waited for', async () => {
    const { gateway, admin, events } = await start();
    await using _ = gateway;
    const waiting = events.page('after=latest&type=faults&wait=60s');
    // is no event of this type
    await admin.advanceClock('1s');
    await admin.setFaults({ seed: 1 });
    expect((await waiting).items).toMatchObject([{ type: 'faults' }]);
    expect(await events.page('after=latest&wait=1ms')).toMatchObject({ items: [] });
  });

  it('end a wait when the gateway stops, with the last events', async () => {
    const { gateway, events } = await start();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    const closes = events.page('type=close&wait=60s');
    const nothing = events.page('type=faults&wait=60s');
    // both wait once this one, which was sent later, has its response
    await events.page();
    await gateway[Symbol.asyncDispose]();
    await client.closed;
    expect((await closes).items).toMatchObject([{ type: 'close' }]);
    expect((await nothing).items).toEqual([]);
  });

  it('say when events were evicted, or the id is of an earlier start', async () => {
    const { gateway, admin, events } = await start();
    await using _ = gateway;
    const { after } = await events.page();
    expect(await events.page(`after=${after + 1_000}`)).toMatchObject({ isComplete: false });
    const body = 'x'.repeat(16 * 1024);
    const post = async () => fetch(`${gateway.gateway.url}/dev/@connections/x`, { method: 'POST', body });
    await admin.advanceClock('1s');
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    for (let n = 0; n < 100; n += 1) {
      client.send(body);
      await client.next();
    }
    await post();
    const page = await events.page('limit=10000');
    expect(page.isComplete).toBe(false);
    expect(page.items.length).toBeGreaterThan(20);
    expect(page.items.length).toBeLessThan(100);
    expect(page.items.map(({ type }) => type)).not.toContain('clock');
  });

  it.each([
    ['limit=0', 'limit must be a whole number from 1 to 10000'],
    ['after=x', "after must be the id of an event, 0 or latest, not 'x'"],
    ['wait=2m', 'wait must be a number with the unit ms or s, at most 60s'],
    ['wait=61s', 'wait must be'],
    ['type=frame', 'type must be one of handshake, message, close'],
    ['connectionID=1', 'there is no parameter connectionID: the parameters are after, limit, wait, type'],
    ['limit=1&limit=2', 'the parameter limit is given twice'],
  ])('are refused for %s', async (query, detail) => {
    const { gateway, admin } = await start();
    await using _ = gateway;
    expect(await admin.request('GET', `events?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'bad_request', detail: expect.stringContaining(detail) as string },
    });
  });
});

describe('server-sent events', () => {
  it('are the recorded events and those that follow', async () => {
    const { gateway, admin, events } = await start();
    await using _ = gateway;
    await admin.advanceClock('1s');
    await admin.setFaults({ seed: 1 });
    using reader = await stream(`${gateway.gateway.url}/_gateway/events?type=clock`);
    expect(reader.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const first = await reader.next();
    await admin.advanceClock('2s');
    const second = await reader.next();
    const { items } = await events.page('type=clock');
    expect([first, second]).toEqual(items.map((event) => ({ id: event.id, event })));
  });

  it('continue after Last-Event-ID', async () => {
    const { gateway, admin } = await start();
    await using _ = gateway;
    await admin.advanceClock('1s');
    await admin.setFaults({ seed: 1 });
    const url = `${gateway.gateway.url}/_gateway/events?after=0`;
    using reader = await stream(url);
    const { id } = await reader.next();
    using next = await stream(url, { 'Last-Event-ID': String(id) });
    expect(await next.next()).toMatchObject({ id: id + 1, event: { type: 'faults' } });
  });

  it('end when the gateway stops, after the last close', async () => {
    const { gateway } = await start();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    using reader = await stream(`${gateway.gateway.url}/_gateway/events?type=close`);
    await gateway[Symbol.asyncDispose]();
    await client.closed;
    expect((await reader.next()).event).toMatchObject({ type: 'close' });
    await reader.ended;
  });

  it('are cut off for a reader that falls behind the oldest record', async () => {
    const { gateway } = await start();
    await using _ = gateway;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    using reader = await stream(`${gateway.gateway.url}/_gateway/events`);
    reader.response.pause();
    let isCutOff = false;
    reader.response.once('close', () => {
      isCutOff = true;
    });
    // the socket's buffers take a few megabytes
    const body = 'x'.repeat(30 * 1024);
    const listeners = async () => {
      client.send(body);
      await client.next();
      return gateway.gateway.recorder.listeners;
    };
    expect(await listeners()).toBe(1);
    let sent = 0;
    while ((await listeners()) > 0) {
      sent += 1;
      expect(sent).toBeLessThan(5_000);
    }
    reader.response.resume();
    await reader.ended;
    expect(isCutOff).toBe(true);
  });
});

it('a stream is cut off when events of one turn do not fit into the memory', async () => {
  const { gateway } = await start();
  await using _ = gateway;
  using reader = await stream(`${gateway.gateway.url}/_gateway/events?type=clock`);
  const { recorder } = gateway.gateway;
  const now = new Date(0).toISOString();
  for (let n = 0; n < 5_000; n += 1) {
    recorder.note('clock', { step: 'clock', advancedMs: 1, now }, { result: 'done' });
  }
  expect(recorder.lastEvictedId).toBeGreaterThan(0);
  await reader.ended;
  expect(recorder.listeners).toBe(0);
});

it('DELETE forgets all events, and those that have begun', async () => {
  await using backend = await HttpBackend.start();
  const { promise, resolve } = Promise.withResolvers<{ status: number }>();
  backend.answer = async () => promise;
  await using gateway = await DeployedGateway.start(
    { $default: { integration: { IntegrationUri: backend.url }, isTwoWay: true } },
    { record: MB },
  );
  const events = new EventReader(gateway.gateway);
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  client.send('1');
  await backend.next();
  const { after } = await events.page();
  const response = await fetch(`${gateway.gateway.url}/_gateway/events`, { method: 'DELETE' });
  expect(await response.json()).toEqual({ after });
  resolve({ status: 200 });
  await client.nextText();
  client.send('2');
  await client.nextText();
  const { items } = await events.page();
  expect(items).toMatchObject([{ id: after + 1, type: 'message' }]);
  expect(items.flatMap((event) => stepsOf(event, 'frame'))).toMatchObject([{ body: { text: '2' } }]);
});
