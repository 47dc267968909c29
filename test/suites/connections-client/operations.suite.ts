import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { GoneError } from '../../../src/nest/callback/callback.errors.js';
import { PostBody } from '../../../src/nest/callback/client/post-body.js';
import { VerifyingEndpoint } from '../../support/verifying-endpoint.js';
import { errorOf, id, LONG_MS, type StartClient } from './client-under-test.js';

/** What each operation sends, and what it returns. */
export function operationsSuite(start: StartClient): void {
  it.each(['{"type":"pong"} ü €', '', 'x'.repeat(128 * 1024)])('posts text, signed: %#', async (data) => {
    await using endpoint = await VerifyingEndpoint.start();
    using under = start(endpoint.url);
    await under.post(data);
    expect(endpoint.requests).toMatchObject([{ method: 'POST', connectionId: id }]);
    expect(endpoint.requests[0]!.body.toString()).toBe(data);
  });

  it('posts bytes unmodified, and one body to several connections', async () => {
    await using endpoint = await VerifyingEndpoint.start();
    using under = start(endpoint.url);
    const body = new PostBody(Uint8Array.of(0, 255, 10, 13));
    const ids = ['a=', 'b=', 'c='] as ConnectionId[];
    await Promise.all(ids.map((each) => under.client.post(each, body, LONG_MS)));
    expect(endpoint.requests.map(({ connectionId }) => connectionId).toSorted()).toEqual(ids);
    for (const request of endpoint.requests) expect([...request.body]).toEqual([0, 255, 10, 13]);
  });

  it.each(["a/b c%!'()*ü", '%2F', '+&?#;:@'])('escapes the connection id %s', async (odd) => {
    await using endpoint = await VerifyingEndpoint.start();
    using under = start(endpoint.url);
    const oddId = odd as ConnectionId;
    await under.client.post(oddId, new PostBody('{}'), LONG_MS);
    await errorOf(under.client.get(oddId, LONG_MS));
    await under.client.delete(oddId, LONG_MS);
    expect(endpoint.requests.map(({ connectionId }) => connectionId)).toEqual([odd, odd, odd]);
  });

  it('posts below an endpoint with any path', async () => {
    await using endpoint = await VerifyingEndpoint.start();
    for (const path of ['', '/a', "/a/b-c_d.e~f/$g!'()*,+"]) {
      using under = start(`http://127.0.0.1:${endpoint.port}${path}`);
      await under.post();
    }
    expect(endpoint.requests).toHaveLength(3);
  });

  it('reads when a connection was opened and last active', async () => {
    await using endpoint = await VerifyingEndpoint.start();
    using under = start(endpoint.url);
    endpoint.respond = () => ({
      body: '{"connectedAt":"2026-11-20T10:00:00.500Z","lastActiveAt":"2026-11-20T10:00:01Z"}',
    });
    expect(await under.client.get(id, LONG_MS)).toEqual({
      connectedAt: Date.UTC(2026, 10, 20, 10, 0, 0, 500),
      lastActiveAt: Date.UTC(2026, 10, 20, 10, 0, 1),
    });
    expect(endpoint.requests).toMatchObject([{ method: 'GET', connectionId: id }]);
  });

  it('deletes a connection', async () => {
    await using endpoint = await VerifyingEndpoint.start();
    using under = start(endpoint.url);
    endpoint.respond = () => ({ status: 204 });
    await under.client.delete(id, LONG_MS);
    expect(endpoint.requests).toMatchObject([{ method: 'DELETE', connectionId: id }]);
  });

  it('keeps concurrent operations apart, of one kind and of several', async () => {
    await using endpoint = await VerifyingEndpoint.start();
    using under = start(endpoint.url, { CALLBACK_CONCURRENCY: '75' });
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    const timeOf = (n: number) => 1_700_000_000_000 + n * 1000;
    const received: string[] = [];
    endpoint.respond = async ({ method, connectionId, body }) => {
      const n = Number(connectionId.slice(1, -1));
      received.push(`${method} ${n} ${body.toString()}`);
      // responses in another order than the requests
      for (let turns = 10 - (n % 10); turns > 0; turns -= 1) await new Promise(setImmediate);
      if (n % 10 === 9) return { status: 410 };
      if (method !== 'GET') return {};
      const time = new Date(timeOf(n)).toISOString();
      return { body: JSON.stringify({ connectedAt: time, lastActiveAt: time }) };
    };
    const outcomes = await Promise.all(
      numbers.map(async (n) => {
        const each = `c${n}=` as ConnectionId;
        const operations = [
          under.client.post(each, new PostBody(`data of ${n}`), LONG_MS),
          under.client.get(each, LONG_MS),
          under.client.delete(each, LONG_MS),
        ];
        return Promise.all(operations.map((one) => one.catch((error: unknown) => error)));
      }),
    );
    const gone = expect.any(GoneError) as unknown;
    expect(outcomes).toEqual(
      numbers.map((n) =>
        n % 10 === 9
          ? [gone, gone, gone]
          : [undefined, { connectedAt: timeOf(n), lastActiveAt: timeOf(n) }, undefined],
      ),
    );
    const expected = numbers.flatMap((n) => [`POST ${n} data of ${n}`, `GET ${n} `, `DELETE ${n} `]);
    expect(received.toSorted()).toEqual(expected.toSorted());
  });

  it('reports each attempt with its operation, result and duration', async () => {
    await using endpoint = await VerifyingEndpoint.start();
    using under = start(endpoint.url);
    await under.post();
    await errorOf(under.client.get(id, LONG_MS));
    await under.client.delete(id, LONG_MS);
    endpoint.respond = () => ({ status: 429 });
    await errorOf(under.post());
    endpoint.respond = () => 'never';
    await errorOf(under.post('{}', 30));
    expect(under.attempts.map(({ operation, result }) => [operation, result])).toEqual([
      ['post', 'delivered'],
      ['get', 'delivered'],
      ['delete', 'delivered'],
      ['post', 'throttled'],
      ['post', 'timeout'],
    ]);
    for (const { durationMs } of under.attempts) expect(durationMs).toBeGreaterThan(0);
  });
}
