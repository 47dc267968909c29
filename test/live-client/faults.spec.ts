import { WebSocket as WsWebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveService, upTo } from './live-service.js';

/** Single guarantees, with the real gateway and service. */
const API_KEY = 'a-key-of-32-characters-for-the-client';
const TIMEOUT = { timeout: 120_000 };

let live: LiveService;

beforeEach(async () => {
  live = await LiveService.start({ API_KEYS: `backend:${API_KEY}` });
});
afterEach(async () => live[Symbol.asyncDispose]());

const backend = async (path: string, body: object): Promise<Response> =>
  fetch(`${live.programs.serviceUrl}/v1/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${API_KEY}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** The WebSocket of the package ws, with a filter for what arrives. */
const filtering = (isLost: (text: string) => boolean) =>
  class extends WsWebSocket {
    override emit(event: string | symbol, ...rest: unknown[]): boolean {
      if (event === 'message' && isLost(String(rest[0]))) return true;
      return super.emit(event, ...(rest as never[]));
    }
  };

describe('a client of the real service', TIMEOUT, () => {
  it('notices with its next heartbeat that the last message was lost', async () => {
    let isLossy = true;
    const WebSocket = filtering((text) => isLossy && text.includes('"type":"message"'));
    const member = await live.join('jan', 'news', { WebSocket });
    await backend('channels/news/messages', { data: 'lost' });
    // it was sent before the reply to this
    await member.room.presence();
    isLossy = false;
    expect(member.offsets).toEqual([]);
    await live.advance(1);
    await member.until(() => member.offsets.length > 0);
    expect(member.offsets).toEqual([1]);
  });

  it('publishes once although the reply is lost with the connection', async () => {
    let isLossy = true;
    const sockets: WsWebSocket[] = [];
    const Filtering = filtering((text) => isLossy && text.includes('"published"'));
    const WebSocket = class extends Filtering {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    };
    const member = await live.join('jan', 'news', { WebSocket });
    const published = member.room.publish('once');
    await member.until(() => member.offsets.length > 0);
    isLossy = false;
    sockets.at(-1)!.terminate();
    expect(await published).toBe(1);
    expect(await member.room.publish('twice')).toBe(2);
    expect(member.data).toEqual(['once', 'twice']);
  });

  it('moves to another connection when an operator asks for it', async () => {
    const member = await live.join('jan', 'news');
    expect((await backend('reconnects', { spreadMs: 1000 })).status).toBe(200);
    await member.until(() => member.handOvers.includes('completed'));
    expect(await member.room.publish('x')).toBe(1);
    expect(member.offsets).toEqual([1]);
    expect(member.statuses).toEqual(['connected']);
  });

  it('goes on after SIGKILL of the service, with the same connection', async () => {
    const [ida, jan] = [await live.join('ida', 'news'), await live.join('jan', 'news')];
    expect(await ida.room.publish('before')).toBe(1);
    await live.programs.service.kill('SIGKILL');
    const published = ida.room.publish('meanwhile');
    await live.programs.startService(live.settings);
    expect(await published).toBe(2);
    await Promise.all([ida, jan].map(async (member) => member.until(() => member.offsets.length === 2)));
    expect([ida.offsets, jan.offsets]).toEqual([upTo(2), upTo(2)]);
    expect([ida.statuses, jan.statuses]).toEqual([['connected'], ['connected']]);
  });

  it('keeps order and completeness while callbacks are throttled and late, and $disconnect is dropped', async () => {
    const [ida, jan] = [await live.join('ida', 'news'), await live.join('jan', 'news')];
    await live.admin.setFaults({
      throttle: { rate: 0.3 },
      latencyMs: { callback: 30 },
      disconnect: 'drop',
      seed: 1,
    });
    const published = upTo(30).map((n) => ida.room.publish(n));
    await Promise.all(published);
    await live.admin.setFaults({});
    await jan.until(() => jan.offsets.length === 30);
    expect(jan.data).toEqual(upTo(30));
    expect(jan.offsets).toEqual(upTo(30));
  });

  it.each([
    ['of Node.js', undefined, 'not_connected'],
    ['of the package ws', WsWebSocket, 'unauthorized'],
  ])('learns of a refused token what the WebSocket %s tells', async (_, WebSocket, code) => {
    const client = live.connect('jan', { token: () => 'wrong', ...(WebSocket && { WebSocket }) });
    const failed = new Promise((resolve) => client.on('status', ({ error }) => error && resolve(error)));
    client.channel('news');
    expect(await failed).toMatchObject({ code });
  });
});
