import { describe, expect, it } from 'vitest';
import { type GatewayEvent, startGateway } from '../../src/gateway/index.js';
import { WebSocketClient } from '../support/web-socket-client.js';
import { ECHO_TEMPLATE } from './harness-templates.js';

const echo = ({ body }: { body: string }) => ({ statusCode: 200, body: `echo ${body}` });
const start = async () => startGateway({ template: ECHO_TEMPLATE, functions: { echo } });

describe('the clock', () => {
  it('moves forward, and closes idle connections on its way', async () => {
    await using gateway = await start();
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    const before = gateway.clock.now().getTime();
    const after = gateway.clock.advance('2h').getTime();
    expect(after - before).toBeGreaterThanOrEqual(7_200_000);
    expect(gateway.clock.now().getTime()).toBeGreaterThanOrEqual(after);
    expect(await client.closed).toMatchObject({ code: 1001 });
  });

  it('moves by milliseconds, too', async () => {
    await using gateway = await start();
    const before = gateway.clock.now().getTime();
    expect(gateway.clock.advance(60_000).getTime() - before).toBeGreaterThanOrEqual(60_000);
  });

  it.each(['2 hours', '31d', -1])('refuses %j', async (duration) => {
    await using gateway = await start();
    expect(() => gateway.clock.advance(duration)).toThrow(/advance/);
  });
});

describe('the faults', () => {
  it('are injected for one route of one connection, until they are cleared', async () => {
    await using gateway = await start();
    using ann = await WebSocketClient.open(gateway.webSocketUrl());
    const [{ connectionId } = { connectionId: '' }] = gateway.connections();
    using bob = await WebSocketClient.open(gateway.webSocketUrl());
    const settings = { integrationFailure: { rate: 1 }, route: '$default', connectionId };
    expect(gateway.faults.set(settings)).toMatchObject({ ...settings, seed: expect.any(Number) as number });
    for (const client of [ann, bob]) client.send('a');
    expect(await ann.next()).toMatchObject({ message: 'Internal server error' });
    const { outcome } = await gateway.waitFor({ type: 'message', connectionId });
    expect(outcome.reason).toMatch(/injected by gateway\.faults\.set$/);
    expect(await bob.nextText()).toBe('echo a');
    gateway.faults.set({ ...settings, route: 'another' });
    ann.send('b');
    expect(await ann.nextText()).toBe('echo b');
    gateway.faults.set(settings);
    gateway.faults.clear();
    ann.send('c');
    expect(await ann.nextText()).toBe('echo c');
  });

  it('are refused with a message that names the field', async () => {
    await using gateway = await start();
    expect(() => gateway.faults.set({ throttle: { rate: 2 } })).toThrow(
      /throttle\.rate must be a number from 0 to 1/,
    );
    expect(() => gateway.faults.set({ throtle: {} } as object)).toThrow(
      /^the argument of gateway\.faults\.set has no field throtle/,
    );
    expect(() => gateway.faults.set([] as object)).toThrow(
      /^the argument of gateway\.faults\.set must be an object/,
    );
  });
});

describe('the connections', () => {
  it('are those that are open', async () => {
    await using gateway = await start();
    expect(gateway.connections()).toEqual([]);
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    expect(gateway.connections()).toMatchObject([
      { stage: 'dev', connectionId: expect.any(String) as string },
    ]);
    await client.close();
    await gateway.waitFor({ type: 'close' });
    expect(gateway.connections()).toEqual([]);
  });
});

describe('the events', () => {
  it('are all that happened, or those that a filter selects', async () => {
    await using gateway = await start();
    using ann = await WebSocketClient.open(gateway.webSocketUrl());
    using bob = await WebSocketClient.open(gateway.webSocketUrl());
    bob.send('hello');
    const { connectionId = '' } = await gateway.waitFor({ type: 'message' });
    expect(gateway.events().map(({ type }) => type)).toEqual(['handshake', 'handshake', 'message']);
    expect(gateway.events({ connectionId }).map(({ type }) => type)).toEqual(['handshake', 'message']);
    expect(gateway.events(({ connectionId: other }) => other !== connectionId)).toMatchObject([
      { type: 'handshake', outcome: { result: 'connected', status: 101 } },
    ]);
    const [message] = gateway.events({ type: 'message' });
    expect(message).toMatchObject({ routeKey: '$default', outcome: { result: 'replied' } });
    expect(message?.steps.map(({ step }) => step)).toContain('integration_request');
    void ann;
  });

  it('are waited for, whether they have happened or not', async () => {
    await using gateway = await start();
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    const coming = gateway.waitFor({ type: 'message' });
    client.send('one');
    const first = await coming;
    expect(await gateway.waitFor({ type: 'message' })).toEqual(first);
    const next = gateway.waitFor({ type: 'message' }, { after: first.id });
    client.send('two');
    expect((await next).id).toBeGreaterThan(first.id);
    const isSecond = ({ id, type }: GatewayEvent) => type === 'message' && id > first.id;
    expect(await gateway.waitFor(isSecond)).toEqual(await next);
  });

  it('that did not happen are an error, with those that did', async () => {
    await using gateway = await start();
    using _ = await WebSocketClient.open(gateway.webSocketUrl());
    await expect(gateway.waitFor({ type: 'message' }, { timeout: 20 })).rejects.toThrow(
      /^no event \{"type":"message"\} within 20 ms; there were\n {2}1 handshake .* connected$/,
    );
    await expect(gateway.waitFor(() => false, { timeout: 1, after: 1 })).rejects.toThrow(
      'no event for the function within 1 ms; there was none',
    );
  });

  it.each([Infinity, 2 ** 31, NaN, -1])('are not waited for with the timeout %d', async (timeout) => {
    await using gateway = await start();
    await expect(gateway.waitFor({ type: 'message' }, { timeout })).rejects.toThrow(`timeout is ${timeout}`);
  });

  it.each([
    [{ tpye: 'message' }, 'the filter has no member tpye: did you mean type?'],
    [{ type: 'mesage' }, "the filter's type is 'mesage'"],
    [null, 'the filter must be a function, or an object'],
  ])('are not selected by %j', async (filter, problem) => {
    await using gateway = await start();
    expect(() => gateway.events(filter as object)).toThrow(problem);
    await expect(gateway.waitFor(filter as object)).rejects.toThrow(problem);
  });

  it('are not selected by an async function', async () => {
    await using gateway = await start();
    using _ = await WebSocketClient.open(gateway.webSocketUrl());
    const filter = (async () => false) as unknown as () => boolean;
    expect(() => gateway.events(filter)).toThrow('not a promise');
    await expect(gateway.waitFor(filter)).rejects.toThrow('not a promise');
  });

  it('are no longer waited for when the gateway closes', async () => {
    const gateway = await start();
    using _ = await WebSocketClient.open(gateway.webSocketUrl());
    const close = gateway.waitFor({ type: 'close' });
    const [message] = await Promise.allSettled([gateway.waitFor({ type: 'message' }), gateway.close()]);
    expect(message).toMatchObject({ reason: { message: 'the gateway is closed' } });
    expect(await close).toMatchObject({ type: 'close' });
    await expect(gateway.waitFor({ type: 'message' })).rejects.toThrow('the gateway is closed');
  });

  it('rejects a wait when the function throws', async () => {
    await using gateway = await start();
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    const failing = gateway.waitFor(({ type }) => {
      if (type === 'message') throw new Error('not what I expected');
      return false;
    });
    client.send('hello');
    await expect(failing).rejects.toThrow('not what I expected');
    expect(await client.nextText()).toBe('echo hello');
  });
});

describe('reset', () => {
  it('closes connections, and leaves neither faults nor events nor a moved clock', async () => {
    await using gateway = await start();
    const client = await WebSocketClient.open(gateway.webSocketUrl());
    gateway.faults.set({ integrationFailure: { rate: 1 } });
    gateway.clock.advance('1d');
    await gateway.reset();
    expect(await client.closed).toMatchObject({ code: expect.any(Number) as number });
    expect(gateway.connections()).toEqual([]);
    expect(gateway.events()).toEqual([]);
    expect(Math.abs(gateway.clock.now().getTime() - Date.now())).toBeLessThan(3_600_000);
    using other = await WebSocketClient.open(gateway.webSocketUrl());
    other.send('hello');
    expect(await other.nextText()).toBe('echo hello');
  });

  it.each([{ apis: 'bogus' }, { api: 'start' }, null])('refuses %j', async (options) => {
    await using gateway = await start();
    await expect(gateway.reset(options as { apis: 'start' })).rejects.toThrow(/apis|must be an object/);
  });

  it('restores the APIs of the templates', async () => {
    await using gateway = await start();
    const [api] = (
      (await (await fetch(`${gateway.endpoint}/v2/apis`)).json()) as { items: { apiId: string }[] }
    ).items;
    await fetch(`${gateway.endpoint}/v2/apis/${api?.apiId}`, { method: 'DELETE' });
    expect(() => gateway.url('dev')).toThrow('no API has a stage');
    await gateway.reset({ apis: 'start' });
    using client = await WebSocketClient.open(gateway.webSocketUrl('dev'));
    client.send('hello');
    expect(await client.nextText()).toBe('echo hello');
  });
});

describe('a closed gateway', () => {
  it('still has its events, and refuses everything else', async () => {
    const gateway = await start();
    using _ = await WebSocketClient.open(gateway.webSocketUrl());
    await gateway.close();
    expect(gateway.events().map(({ type }) => type)).toEqual(['handshake', 'close']);
    expect(gateway.connections()).toEqual([]);
    for (const use of [
      () => gateway.url(),
      () => gateway.webSocketUrl(),
      () => gateway.clock.advance('1s'),
      () => gateway.faults.set({}),
      () => gateway.faults.clear(),
    ]) {
      expect(use).toThrow('the gateway is closed');
    }
    await expect(gateway.reset()).rejects.toThrow('the gateway is closed');
  });
});
