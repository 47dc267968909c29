import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Faults } from '../../../src/gateway/faults.js';
import { Functions } from '../../../src/gateway/lambda/functions.js';
import { IntegrationClient } from '../../../src/gateway/integrations/integration-client.js';
import { type HttpRequest } from '../../../src/gateway/integrations/integration-request.js';
import { HttpBackend } from '../../support/http-backend.js';

const EVENT = { connectionId: 'a', routeKey: '$default' };

/** A client without functions and services. */
function clientOf() {
  const services = {
    endpoints: new Map(),
    credentials: async () => Promise.reject(new Error('no credentials')),
  };
  const functions = new Functions(new Map(), pino({ level: 'silent' }));
  const client = new IntegrationClient(functions, services, new Faults());
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.close() });
}

const httpRequest = (url: string, other: Partial<HttpRequest> = {}): HttpRequest => ({
  kind: 'http',
  method: 'POST',
  url: new URL(url),
  headers: [],
  body: undefined,
  vpcLinkId: undefined,
  timeoutMs: 5_000,
  ...other,
});

describe('an HTTP request', () => {
  it('is sent to its URL', async () => {
    await using backend = await HttpBackend.start();
    await using client = clientOf();
    await client.call(httpRequest(`${backend.url}/a?b=c`, { headers: ['X-One', '1'], body: 'text' }), EVENT);
    expect(await backend.next()).toMatchObject({
      method: 'POST',
      url: '/a?b=c',
      headers: { 'x-one': '1' },
      body: 'text',
    });
  });

  it('is sent to the address of the load balancer, if it is known', async () => {
    await using backend = await HttpBackend.start();
    await using client = clientOf();
    await client.call(httpRequest('http://nlb.example/a'), EVENT, backend.url);
    expect(await backend.next()).toMatchObject({ url: '/a' });
  });

  it('sends bytes', async () => {
    await using backend = await HttpBackend.start();
    await using client = clientOf();
    await client.call(httpRequest(backend.url, { body: Buffer.from('bytes') }), EVENT);
    expect(await backend.next()).toMatchObject({ body: 'bytes' });
  });

  it('returns a redirect', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 302, headers: { Location: '/elsewhere' }, body: 'there' });
    await using client = clientOf();
    expect(await client.call(httpRequest(backend.url), EVENT)).toMatchObject({
      status: 302,
      headers: { location: '/elsewhere' },
      body: Buffer.from('there'),
    });
  });

  it('times out', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = async () => new Promise(() => undefined);
    await using client = clientOf();
    await expect(client.call(httpRequest(backend.url, { timeoutMs: 50 }), EVENT)).rejects.toMatchObject({
      name: 'IntegrationTimedOutError',
    });
  });

  it('fails without a connection', async () => {
    await using client = clientOf();
    await expect(client.call(httpRequest('http://127.0.0.1:1/'), EVENT)).rejects.toMatchObject({
      name: 'IntegrationFailedError',
    });
  });
});

it('returns the status of a MOCK without a call', async () => {
  await using client = clientOf();
  expect(await client.call({ kind: 'mock', status: 418 }, EVENT)).toEqual({
    status: 418,
    headers: {},
    body: Buffer.alloc(0),
  });
});
