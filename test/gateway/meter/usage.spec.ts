import { describe, expect, it } from 'vitest';
import { monthlyCost, usageOf } from '../../../src/gateway/meter/usage.js';
import { costOf, MESSAGE_UNIT_BYTES, PRICES, unitsOf } from '../../../src/gateway/prices.js';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';

const body = (bytes: number) => ({ bytes, text: '' });

const event = (fields: Partial<GatewayEvent>): GatewayEvent => ({
  id: 1,
  type: 'message',
  time: '2026-01-01T00:00:00.000Z',
  startedMs: 0,
  durationMs: 0,
  steps: [],
  outcome: { result: 'done' },
  ...fields,
});

describe('the usage of a session', () => {
  it('counts messages in and out in units of 32 KB, and an empty one as one', () => {
    const events = [
      event({ steps: [{ step: 'frame', body: body(33 * 1024) }] }),
      event({
        steps: [
          { step: 'frame', body: body(0) },
          { step: 'client_frame', body: body(32 * 1024) },
        ],
      }),
      event({ type: 'callback', steps: [{ step: 'client_frame', body: body(128 * 1024) }] }),
      event({ type: 'callback' }),
    ];
    expect(usageOf(events, 0)).toMatchObject({ messagesIn: 3, messagesOut: 5 });
  });

  it('counts the minutes of each connection by the gateway’s clock, of an open one until now', () => {
    const connected = { result: 'connected' } as const;
    const events = [
      event({ type: 'handshake', connectionId: 'a', outcome: connected }),
      event({ type: 'handshake', connectionId: 'b', outcome: connected, time: '2026-01-01T00:10:00.000Z' }),
      event({ type: 'handshake', connectionId: 'c', outcome: { result: 'refused', status: 403 } }),
      event({ type: 'close', connectionId: 'a', time: '2026-01-01T02:00:00.000Z' }),
      // the fault disconnect: duplicate
      event({ type: 'close', connectionId: 'a', time: '2026-01-01T02:00:00.000Z' }),
    ];
    const now = Date.parse('2026-01-01T02:15:00.000Z');
    expect(usageOf(events, now)).toMatchObject({ connections: 2, connectionMinutes: 120 + 125 });
  });

  it('counts requests to HTTP APIs by their larger body, in units of 512 KB', () => {
    const events = [
      event({
        type: 'http_request',
        steps: [
          { step: 'request_body', body: body(10) },
          { step: 'client_response', status: 200, body: body(513 * 1024) },
        ],
      }),
      event({ type: 'http_request' }),
    ];
    expect(usageOf(events, 0).httpRequests).toBe(3);
  });
});

describe('the cost', () => {
  it('falls by tiers', () => {
    expect(costOf(0, PRICES.message)).toBe(0);
    expect(costOf(1e9, PRICES.message)).toBe(1_000);
    expect(costOf(1.5e9, PRICES.message)).toBe(1_400);
    expect(costOf(400e6, PRICES['http-request'])).toBe(390);
    expect(costOf(1e6, PRICES['connection-minute'])).toBe(0.25);
    expect(unitsOf(32 * 1024 + 1, MESSAGE_UNIT_BYTES)).toBe(2);
  });

  it('of a month is a line for each kind', () => {
    const usage = { messagesIn: 2, messagesOut: 1, connections: 1, connectionMinutes: 120, httpRequests: 1 };
    expect(monthlyCost(usage, 1e6).map(({ dollars }) => dollars)).toEqual([3, 30, 1]);
  });
});
