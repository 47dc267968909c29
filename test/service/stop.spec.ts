import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/nest/environment/read-config.js';
import { createLogger } from '../../src/nest/logging/logger.js';
import { CLOSING_MS, stop } from '../../src/service/stop.js';
import { Store } from '../../src/nest/store/store.js';
import { type Answer } from '../support/connections-endpoint.js';
import { RawConnection, requestHead } from '../support/raw-connection.js';
import { startService, type TestService } from '../support/service-app.js';
import { type ServiceProgram, startServiceProgram } from '../support/service-program.js';

/** Sends a ping. @returns the status and the header `Connection`; without a response, the error's code */
async function ping(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request(`${url}/message`, {
      method: 'POST',
      agent,
      headers: { ConnectionId: 'alice=', 'Content-Type': 'application/json' },
    });
    outgoing.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(`${response.statusCode} ${response.headers.connection}`));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    outgoing.end('{"action":"ping"}');
  });
}

it('drains: is not ready, still serves, closes every connection, and fails no request', async () => {
  await using service = await startServiceProgram({ DRAIN_SECONDS: '600' });
  using agents = new DisposableStack();
  const clients = Array.from({ length: 4 }, () =>
    agents.adopt(new Agent({ keepAlive: true, maxSockets: 1 }), (agent) => agent.destroy()),
  );
  for (const agent of clients) expect(await ping(service.url, agent)).toBe('200 keep-alive');
  service.program.signal('SIGTERM');
  await service.program.prints('draining');
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);

  const responses = new Set<string>();
  await Promise.all(
    clients.map(async (agent) => {
      for (let count = 0; count < 10; count++) responses.add(await ping(service.url, agent));
    }),
  );
  expect([...responses]).toEqual(['200 close']);
  expect(await stopAgain(service)).toBe(0);
  const steps = ['listening', 'stopping', 'draining', 'stopped'];
  expect(messagesOf(service).filter((msg) => steps.includes(msg))).toEqual(steps);
});

it('drains for DRAIN_SECONDS', async () => {
  await using service = await startServiceProgram({ DRAIN_SECONDS: '1' });
  expect(await service.program.kill('SIGTERM')).toBe(0);
  expect(loggedAt(service, 'stopped') - loggedAt(service, 'draining')).toBeGreaterThanOrEqual(999);
});

it('ends the draining at a second request to stop, but not at the same Ctrl-C', async () => {
  await using service = await startServiceProgram({ DRAIN_SECONDS: '600' });
  service.program.signal('SIGTERM');
  await service.program.prints('draining');
  expect(await stopAgain(service)).toBe(0);
  expect(messagesOf(service).at(-1)).toBe('stopped');
  // a terminal and npm both forward a Ctrl-C: for half a second it counts as one request
  expect(loggedAt(service, 'stopped') - loggedAt(service, 'stopping')).toBeGreaterThanOrEqual(499);
});

it('sends queued notices before it ends', async () => {
  await using service = await startServiceProgram({ MEMBER_NOTICES: '*' });
  const { endpoint } = service;
  const send = async (connectionId: string, path: string, body = '') =>
    fetch(`${service.url}${path}`, { method: 'POST', headers: { ConnectionId: connectionId }, body });
  for (const id of ['alice=', 'bob=']) await send(id, '/message', '{"action":"join","channel":"news"}');
  const { promise: isLate, resolve: answerNow } = Promise.withResolvers<void>();
  endpoint.answer = async ({ data }): Promise<Answer> => {
    if (data.includes('left')) await isLate;
    return 'accepted';
  };
  await send('bob=', '/disconnect');
  await expect.poll(() => endpoint.messagesTo('alice=')).toHaveLength(3);
  service.program.signal('SIGTERM');
  await service.program.prints('stopping');
  setTimeout(answerNow, 200);
  expect(await service.program.exit).toBe(0);
  expect(messagesOf(service).filter((msg) => msg.includes('not'))).toEqual([]);
});

describe('something that hangs', () => {
  const requests = { second: Promise.withResolvers<string>() };
  const stopIn = async (service: TestService, closingMs?: number) => {
    const config = readConfig({ WS_API_ENDPOINT: service.endpoint.url });
    const log = createLogger({ logLevel: 'warn' }, { write: (line) => void lines.push(line) });
    const lines: string[] = [];
    return { code: await stop(service.app, config, log, requests, closingMs), lines };
  };

  it.each([
    [
      'a body that does not arrive',
      requestHead('/message', { ConnectionId: 'a=', 'Content-Length': 9 }),
      /^HTTP\/1\.1 408 /,
    ],
    [
      'a body that arrives slowly',
      `${requestHead('/message', { ConnectionId: 'a=', 'Content-Length': 9 })}{`,
      /^HTTP\/1\.1 408 /,
    ],
    ['headers that do not arrive', 'POST /message HTTP/1.1\r\nHost: a\r\nConn', /^$/],
  ])('does not delay the end: %s', async (_, bytes, response) => {
    await using service = await startService();
    using connections = new DisposableStack();
    const clients = await Promise.all(
      Array.from({ length: 3 }, async () => connections.use(await RawConnection.open(service.url))),
    );
    for (const client of clients) client.write(bytes);
    // the server has read the bytes of all clients
    await fetch(`${service.url}/health/live`);

    const { code, lines } = await stopIn(service);

    expect({ code, lines }).toEqual({ code: 0, lines: [] });
    for (const client of clients) {
      await client.closed;
      expect(client.received).toMatch(response);
    }
  });

  it('does not delay the end: a client that does not read its response', async () => {
    await using service = await startService({ API_KEYS: `orders:${'k'.repeat(32)}` });
    using client = await RawConnection.open(service.url);
    client.stopReading();
    // more than the kernel buffers
    client.write('GET /v1/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20));
    await fetch(`${service.url}/v1/docs/swagger-ui-bundle.js`).then((response) => response.text());

    const { code, lines } = await stopIn(service, 10_000);

    expect({ code, lines }).toEqual({ code: 0, lines: [] });
  });

  it('does not keep the process from ending', async () => {
    await using service = await startService();
    const { promise: isLetGo, resolve: letGo } = Promise.withResolvers<void>();
    const store = service.app.get(Store);
    const close = store.close.bind(store);
    store.close = () => isLetGo.then(close);
    const { code, lines } = await stopIn(service, 300);
    letGo();
    expect(code).toBe(0);
    expect(lines).toEqual([expect.stringContaining('not closed in time')]);
  });

  it('is waited for less long than ECS waits', async () => {
    const [, seconds] = /DRAIN_SECONDS \+ (\d+)/.exec(await readFile(ECS_SERVICE, 'utf8')) ?? [];
    expect(CLOSING_MS).toBeLessThan(Number(seconds) * 1000);
  });
});

const ECS_SERVICE = join(import.meta.dirname, '../../src/cdk/service.ts');

const messagesOf = (service: ServiceProgram) => service.lines().map(({ msg }) => String(msg));

/** By the clock of the service, so that load does not matter. */
const loggedAt = (service: ServiceProgram, message: string) =>
  Date.parse(String(service.lines().find(({ msg }) => msg === message)?.['time']));

/** Sends requests to stop until it has ended. @returns its exit code */
async function stopAgain({ program }: ServiceProgram): Promise<number | NodeJS.Signals> {
  const asking = setInterval(() => program.signal('SIGINT'), 50);
  return program.exit.finally(() => clearInterval(asking));
}
