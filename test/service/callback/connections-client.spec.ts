import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { GoneError } from '../../../src/service/callback/callback.errors.js';
import { ConnectionsClient } from '../../../src/service/callback/connections-client.js';
import { readConfig } from '../../../src/service/config.js';

// the SDK signs every request: with these, and not with what the machine may have
process.env['AWS_ACCESS_KEY_ID'] = 'test';
process.env['AWS_SECRET_ACCESS_KEY'] = 'test';

/** An `@connections` that answers late and not in order; what it answers follows from the connection's number. */
async function start() {
  const calls: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const id = decodeURIComponent(request.url!.replace('/dev/@connections/', ''));
    const n = Number(/^c(\d+)=$/.exec(id)?.[1]);
    calls.push(`${request.method} ${id} ${await text(request)}`);
    await sleep(10 - (n % 10));
    if (n % 10 === 9) response.writeHead(410, { 'x-amzn-ErrorType': 'GoneException' }).end();
    else if (request.method === 'GET') response.end(JSON.stringify(timesOf(n)));
    else response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dev`;
  const client = new ConnectionsClient(readConfig({ WS_API_ENDPOINT: url }), 32);
  return {
    client,
    calls,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

const timesOf = (n: number) => ({
  connectedAt: new Date(1_700_000_000_000 + n * 1000).toISOString(),
  lastActiveAt: new Date(1_700_000_000_000 + n * 2000).toISOString(),
});

/**
 * The SDK's client keeps what it puts together for a command, its context included, for the next one of its kind
 * (`cacheMiddleware`), and does not for one that is in a hurry.
 */
it('keeps apart what is under way at the same time, of one kind and of several', async () => {
  using stand = await start();
  const numbers = Array.from({ length: 100 }, (_, n) => n);
  const outcomes = await Promise.all(
    numbers.map(async (n) => {
      const id = `c${n}=` as ConnectionId;
      const timeoutMs = n % 3 === 0 ? 4_000 : 5_000;
      const outcome = [
        stand.client.post(id, `data of ${n}`, timeoutMs),
        stand.client.get(id, timeoutMs),
        stand.client.delete(id, timeoutMs),
      ].map(async (call) => call.catch((error: unknown) => error));
      return Promise.all(outcome);
    }),
  );
  const gone = expect.any(GoneError) as unknown;
  expect(outcomes).toEqual(
    numbers.map((n) => {
      if (n % 10 === 9) return [gone, gone, gone];
      const { connectedAt, lastActiveAt } = timesOf(n);
      return [
        undefined,
        { connectedAt: Date.parse(connectedAt), lastActiveAt: Date.parse(lastActiveAt) },
        undefined,
      ];
    }),
  );
  const expected = numbers.flatMap((n) => [`POST c${n}= data of ${n}`, `GET c${n}= `, `DELETE c${n}= `]);
  expect(stand.calls.toSorted()).toEqual(expected.toSorted());
});
