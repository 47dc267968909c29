import { describe, expect, it } from 'vitest';
import { refusedHandshake } from '../support/web-socket-client.js';
import { CONNECTION_ID } from '../support/deployed-api.js';
import { ApiUnderTest, connectionIdOf, errorOf, startBackend } from './api-under-test.js';
import { isAws, isOwnStandIn } from './target.js';

describe('§9 a client is', () => {
  it('heard with a message of 128 KB, in frames of 32 KB that arrive as one [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    // in frames of 32 KB
    client.send('x'.repeat(128 * 1024));
    expect((await backend.next()).body).toHaveLength(128 * 1024);
    expect(backend.unexpected).toEqual([]);
  });

  it('closed with 1009 Message too big for a message over 128 KB [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    client.send('x'.repeat(128 * 1024 + 1));
    expect(await client.closed).toEqual({ code: 1009, reason: 'Message too big' });
    expect(backend.unexpected).toEqual([]);
  });

  it('heard with a frame of 32 KB, and closed with 1009 for a larger one [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    client.send('x'.repeat(32 * 1024));
    expect((await backend.next()).body).toHaveLength(32 * 1024);
    // not in frames
    client.socket.send('x'.repeat(32 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
    expect(backend.unexpected).toEqual([]);
  });

  it('closed with 1003 Binary is not supported for a binary frame [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    using client = await api.open();
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(await client.closed).toEqual({ code: 1003, reason: 'Binary is not supported' });
  });

  it('answered with a pong for a ping [documented]', async () => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    using client = await api.open();
    const pong = new Promise((resolve) => client.socket.once('pong', resolve));
    client.socket.ping('here');
    expect(String(await pong)).toBe('here');
  });
});

describe('§9 the URL of a handshake', () => {
  it.each([
    [3_900, 101],
    [4_200, 'a refusal'],
  ])('may have 4,096 characters: C1, %i get %s [documented]', async (characters, outcome) => {
    await using api = await ApiUnderTest.deployed({ $default: {} });
    const url = `${api.webSocketUrl}?token=`;
    const query = `?token=${'x'.repeat(characters - url.length)}`;
    const status = await api.open({ query }).then(
      (client) => {
        client[Symbol.dispose]();
        return 101;
      },
      // with which status AWS refuses is not known
      () => 'a refusal',
    );
    expect(status).toBe(outcome);
  });
});

// 10,000 requests a second are too many to make here
describe.runIf(isOwnStandIn)('§9 (stand-in only: its account has smaller quotas) an account', () => {
  it('gets no more new connections a second than its quota says: 429 [documented]', async () => {
    await using api = await ApiUnderTest.deployed(
      { $default: {} },
      { standIn: { quotas: { newConnectionsPerSecond: 1 } } },
    );
    using client = await api.open();
    expect((await refusedHandshake(api.webSocketUrl)).status).toBe(429);
    await api.admin.advanceClock('1s');
    using later = await api.open();
    expect([client, later].map(({ socket }) => socket.readyState)).toEqual([1, 1]);
  });

  it('has one throttle for handshakes, messages and callbacks [documented]', async () => {
    await using backend = await startBackend();
    const integration = { IntegrationUri: backend.publicUrl, RequestParameters: CONNECTION_ID };
    await using api = await ApiUnderTest.deployed(
      { $connect: { integration }, $default: { integration } },
      { standIn: { quotas: { requestsPerSecond: 1, requestBurst: 2 } } },
    );
    using client = await api.open();
    const connectionId = connectionIdOf(await backend.next());
    client.send('one');
    expect((await backend.next()).body).toBe('one');
    expect(await errorOf(api.post(connectionId, 'x'))).toEqual(['LimitExceededException', 429]);
    client.send('two');
    // in which words is not known
    expect(await client.next()).toHaveProperty('message');
    expect(backend.unexpected).toEqual([]);
  });
});

// adjustable on AWS, which also throttles that many calls of its control plane
describe.skipIf(isAws)('§9 (stand-in only: AWS may have raised it) an API has at most', () => {
  const authorizer = {
    authorizerType: 'REQUEST',
    authorizerUri:
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
    identitySource: ['route.request.header.Auth'],
  };

  it.each<[number, string, (index: number) => object]>([
    [300, 'routes', (index) => ({ routeKey: `route${index}` })],
    [300, 'integrations', () => ({ integrationType: 'MOCK' })],
    [10, 'stages', (index) => ({ stageName: `stage${index}` })],
    [10, 'authorizers', (index) => ({ name: `authorizer${index}`, ...authorizer })],
  ])('%i %s [documented]', async (quota, kind, body) => {
    await using api = await ApiUnderTest.create();
    const path = `/v2/apis/${api.apiId}/${kind}`;
    for (let index = 0; index < quota; index += 1) {
      expect((await api.controlRequest('POST', path, body(index))).status).toBe(201);
    }
    const refused = await api.controlRequest('POST', path, body(quota));
    // by which name is not known for certain
    expect(refused.status).toBe(429);
  });
});
