import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway } from '../../../src/gateway/harness/running-gateway.js';
import { startGateway } from '../../../src/gateway/index.js';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';
import { HttpBackend } from '../../support/http-backend.js';
import { twoApis } from '../../support/two-apis.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const SECRET = 'a-secret-of-this-test';

let backend: HttpBackend;
let gateway: RunningGateway;

beforeEach(async () => {
  backend = await HttpBackend.start();
  gateway = await startGateway({ template: twoApis(backend.url) });
});
afterEach(async () => {
  await gateway.close();
  await backend[Symbol.asyncDispose]();
});

async function replay(
  body: unknown,
): Promise<{ status: number; body: GatewayEvent & { detail: string; code: string } }> {
  const response = await fetch(`${gateway.endpoint}/_gateway/replay`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as never };
}

const connect = async (query = '') => WebSocketClient.open(`${gateway.webSocketUrl('dev')}${query}`);

/** Connects and sends one message. @returns its event */
async function say(client: WebSocketClient, message: object): Promise<GatewayEvent> {
  const { id } = gateway.events().at(-1) ?? { id: 0 };
  client.send(message);
  return gateway.waitFor({ type: 'message' }, { after: id });
}

/** Takes the requests that the backend has received so far. */
async function drain(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await backend.next();
}

describe('a replay', () => {
  it('sends a frame on its connection again, unmodified or changed', async () => {
    backend.answer = () => ({ status: 200, body: '"reply"' });
    using client = await connect();
    const { id, connectionId } = await say(client, { action: 'ask', n: 1 });
    await drain(2);
    await client.nextText();

    const { status, body } = await replay({ eventId: id });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      type: 'message',
      connectionId,
      routeKey: 'ask',
      outcome: { result: 'replied' },
    });
    expect((await backend.next()).body).toBe('{"action":"ask","n":1}');
    expect(await client.nextText()).toBe('"reply"');

    const changed = await replay({ eventId: id, changes: { body: '{"action":"x"}' } });
    expect(changed.body).toMatchObject({ routeKey: '$default', outcome: { result: 'dropped' } });
    expect(await backend.next()).toMatchObject({ url: '/message', body: '{"action":"x"}' });
  });

  it('sends a frame on a new connection with the same handshake, secrets included', async () => {
    const client = await connect(`?name=ann&token=${SECRET}`);
    const { id, connectionId } = await say(client, { action: 'x' });
    await client.close();
    await drain(3);

    const gone = await replay({ eventId: id });
    expect(gone).toMatchObject({ status: 409, body: { code: 'not_replayable' } });
    expect(gone.body.detail).toContain('"connection": "new"');

    const { body } = await replay({ eventId: id, connection: 'new' });
    expect(body.connectionId).not.toBe(connectionId);
    expect((await backend.next()).headers).toMatchObject({ name: 'ann', token: SECRET });
    expect((await backend.next()).body).toBe('{"action":"x"}');
    expect(gateway.connections().map((each) => each.connectionId)).toEqual([body.connectionId]);
    expect(JSON.stringify(gateway.events())).not.toContain(SECRET);
  });

  it('sends an HTTP request again, with its secrets unless they are changed', async () => {
    const headers = { authorization: `Bearer ${SECRET}`, 'x-a': '1' };
    await fetch(`${gateway.url('$default')}/books?x=1`, { method: 'POST', headers, body: 'one' });
    const { id, steps } = await gateway.waitFor({ type: 'http_request' });
    const [first] = [await backend.next()];
    const { body } = await replay({ eventId: id });
    expect(body).toMatchObject({ type: 'http_request', outcome: { status: 200 } });
    expect(await backend.next()).toMatchObject({ method: 'POST', url: first.url, body: 'one', headers });

    const request = steps.find((step) => step.step === 'client_request');
    const changes = {
      method: 'PUT',
      url: '/books/2',
      headers: request?.headers?.map(([name, value]) => (name === 'x-a' ? [name, 'é'] : [name, value])),
      body: 'two',
    };
    await replay({ eventId: id, changes });
    const changed = await backend.next();
    expect(changed).toMatchObject({ method: 'PUT', url: '/books/2', body: 'two' });
    expect(changed.headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-a': 'é' });

    const masked = await replay({ eventId: id, changes: { headers: [['Authorization', 'Basic ***']] } });
    expect(masked).toMatchObject({ status: 400, body: { code: 'bad_request' } });
    expect(masked.body.detail).toContain('header Authorization was changed and still has the mask');
  });

  it('sends a post again, with the faults of the moment', async () => {
    using client = await connect();
    const { connectionId } = gateway.connections()[0]!;
    const url = `${gateway.managementEndpoint('dev')}/@connections/${encodeURIComponent(connectionId)}`;
    await fetch(url, { method: 'POST', body: 'hello' });
    await client.nextText();
    const { id } = await gateway.waitFor({ type: 'callback' });
    await replay({ eventId: id, changes: { body: 'bye' } });
    expect(await client.nextText()).toBe('bye');
    gateway.faults.set({ throttle: { rate: 1 } });
    expect((await replay({ eventId: id })).body.outcome).toMatchObject({ status: 429 });
  });

  it('sends the request to the integration again, to the same or to another backend, as an event of its own', async () => {
    await using other = await HttpBackend.start();
    using client = await connect(`?token=${SECRET}`);
    const { id: messageId } = await say(client, { action: 'x' });
    await drain(2);
    const { id } = await gateway.waitFor({ type: 'handshake' });

    backend.answer = () => ({ status: 418, body: 'tea' });
    const again = await replay({ eventId: id, part: 'integration' });
    expect(again.body).toMatchObject({
      type: 'replay',
      routeKey: '$connect',
      outcome: { result: 'done', status: 418 },
    });
    expect(await backend.next()).toMatchObject({ url: '/connect', headers: { token: SECRET } });
    expect(JSON.stringify(again.body)).not.toContain(SECRET);

    const changes = { url: `${other.url}/new?y=1`, method: 'PUT', body: '{"z":1}' };
    await replay({ eventId: messageId, part: 'integration', changes });
    expect(await other.next()).toMatchObject({ method: 'PUT', url: '/new?y=1', body: '{"z":1}' });

    const lost = await replay({
      eventId: messageId,
      part: 'integration',
      changes: { url: 'http://127.0.0.1:9/' },
    });
    expect(lost.body).toMatchObject({ outcome: { result: 'failed' } });
  });

  it.each([
    [{ eventId: 999 }, 404, 'there is no event 999'],
    [{}, 400, 'eventId must be the id of an event'],
    [{ eventId: 1, changes: { url: 'http://evil.example/' } }, 400, 'begins with /'],
    [{ eventId: 1, changes: { headers: [['a b', '']] } }, 400, "'a b' is not the name of a header"],
    [{ eventId: 1, changes: { headers: [['a', 'b\r\nc: d']] } }, 400, 'control characters'],
    [{ eventId: 1, changes: { method: 'CONNECT' } }, 400, 'changes.method must be a method'],
    [{ eventId: 1, part: 'integration', changes: { url: 'http://' } }, 400, 'url is not a URL'],
    [{ eventId: 2 }, 409, 'event 2 is of the type clock'],
    [{ eventId: 2, part: 'integration' }, 409, 'no request to an integration'],
  ])('refuses %j', async (body, status, detail) => {
    using client = await connect();
    expect(client.unexpected).toEqual([]);
    gateway.clock.advance('1s');
    const refused = await replay(body);
    expect([refused.status, refused.body.detail]).toEqual([status, expect.stringContaining(detail)]);
  });

  it('keeps at most 16 connections open', async () => {
    using client = await connect();
    const { id } = await gateway.waitFor({ type: 'handshake' });
    for (let index = 0; index < 17; index += 1) await replay({ eventId: id });
    await gateway.waitFor({ type: 'close' });
    expect(gateway.connections()).toHaveLength(17);
    expect(client.unexpected).toEqual([]);
  });

  it('has at most 8 in flight', async () => {
    using client = await connect();
    const { id } = await say(client, { action: 'x' });
    await drain(2);
    const { promise, resolve } = Promise.withResolvers<void>();
    backend.answer = async () => promise.then(() => ({ status: 200 }));
    const inFlight = Array.from({ length: 8 }, async () => replay({ eventId: id, part: 'integration' }));
    await drain(8);
    expect(await replay({ eventId: id })).toMatchObject({ status: 429, body: { code: 'too_many_replays' } });
    resolve();
    expect((await Promise.all(inFlight)).map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, () => 200),
    );
  });
});
