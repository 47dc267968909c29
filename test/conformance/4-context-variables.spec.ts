import { describe, expect, it } from 'vitest';
import { type Received } from '../support/http-backend.js';
import { ApiUnderTest, startBackend } from './api-under-test.js';

const VARIABLES = [
  'apiId',
  'connectionId',
  'connectedAt',
  'domainName',
  'stage',
  'eventType',
  'messageId',
  'messageDirection',
  'routeKey',
  'requestId',
  'extendedRequestId',
  'requestTime',
  'requestTimeEpoch',
  'identity.sourceIp',
  'identity.userAgent',
] as const;
type Variable = (typeof VARIABLES)[number];

const headerOf = (variable: Variable) => `v-${variable.replace('.', '-').toLowerCase()}`;
const RequestParameters = Object.fromEntries(
  VARIABLES.map((variable) => [`integration.request.header.${headerOf(variable)}`, `context.${variable}`]),
);
const read =
  ({ headers }: Received) =>
  (variable: Variable) =>
    headers[headerOf(variable)];

/** The context variables of a connection's three events. */
async function threeEvents(userAgent?: string) {
  await using backend = await startBackend();
  const integration = { IntegrationUri: backend.publicUrl, RequestParameters };
  await using api = await ApiUnderTest.deployed({
    $connect: { integration },
    $default: { integration },
    $disconnect: { integration },
  });
  using client = await api.open(userAgent === undefined ? {} : { headers: { 'User-Agent': userAgent } });
  const connect = read(await backend.next());
  client.send('hello');
  const message = read(await backend.next());
  await client.close();
  const disconnect = read(await backend.next());
  return { connect, message, disconnect, all: [connect, message, disconnect], api };
}

describe('§4 a context variable', () => {
  it('is the same in all events of a connection: apiId, stage, domainName, connectionId, connectedAt [documented]', async () => {
    const { all, api } = await threeEvents();
    const { host } = new URL(api.webSocketUrl);
    for (const event of all) {
      expect([event('apiId'), event('stage'), event('domainName')]).toEqual([
        api.apiId,
        api.target.stage,
        host,
      ]);
    }
    for (const variable of ['connectionId', 'connectedAt'] as const) {
      const values = new Set(all.map((event) => event(variable)));
      expect(values.size).toBe(1);
      expect(values).not.toContain(undefined);
    }
  });

  it('eventType and routeKey name the event [documented]', async () => {
    const { all } = await threeEvents();
    expect(all.map((event) => [event('eventType'), event('routeKey')])).toEqual([
      ['CONNECT', '$connect'],
      ['MESSAGE', '$default'],
      ['DISCONNECT', '$disconnect'],
    ]);
  });

  it('messageId is there only for a message [documented]', async () => {
    const { connect, message, disconnect } = await threeEvents();
    expect(message('messageId')).toMatch(/^[\w-]+={1,2}$/);
    expect([connect('messageId'), disconnect('messageId')]).toEqual([undefined, undefined]);
  });

  it('messageDirection is IN [observed]', async () => {
    const { all } = await threeEvents();
    expect(all.map((event) => event('messageDirection'))).toEqual(['IN', 'IN', 'IN']);
  });

  it('requestId and extendedRequestId are the same, another for every event [documented]', async () => {
    const { all } = await threeEvents();
    expect(all.map((event) => event('requestId'))).toEqual(all.map((event) => event('extendedRequestId')));
    expect(new Set(all.map((event) => event('requestId'))).size).toBe(3);
    // 16 characters in every recording
    for (const event of all) expect(event('requestId')).toMatch(/^[\w-]{15}=$/);
  });

  it('requestTime is in the common log format, requestTimeEpoch in milliseconds [documented]', async () => {
    const before = Date.now();
    const { message } = await threeEvents();
    expect(message('requestTime')).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    const epoch = Number(message('requestTimeEpoch'));
    // the clocks of two machines
    expect(Math.abs(epoch - before)).toBeLessThan(60_000);
    expect(Number(message('connectedAt'))).toBeLessThanOrEqual(epoch);
  });

  it('identity.sourceIp is an address, identity.userAgent what the client sent [documented]', async () => {
    const { all } = await threeEvents('some-agent');
    for (const event of all) {
      expect(event('identity.sourceIp')).toMatch(/^[\d.]+$|^[\da-f:]+$/);
      expect(event('identity.userAgent')).toBe('some-agent');
    }
  });

  it('identity.userAgent is absent when the client sent none [observed]', async () => {
    const { all } = await threeEvents();
    expect(all.map((event) => event('identity.userAgent'))).toEqual([undefined, undefined, undefined]);
  });
});
