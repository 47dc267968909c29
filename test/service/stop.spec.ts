import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Answer, ConnectionsEndpoint } from '../support/connections-endpoint.js';
import { SpawnedProgram } from '../support/spawned-program.js';

/** The service as its own process, with an `@connections` that accepts everything. */
async function start(settings: NodeJS.ProcessEnv) {
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  const endpoint = await ConnectionsEndpoint.start();
  const { program, url } = await SpawnedProgram.listening('service/main.js', [], {
    PORT: '0',
    WS_API_ENDPOINT: endpoint.url,
    DATA_DIR: dataDir,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...settings,
  });
  return {
    program,
    url,
    endpoint,
    messages: () => program.stdout.map((line) => (JSON.parse(line) as { msg: string }).msg),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await endpoint[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** A ping. @returns the status, and what becomes of the connection; the error's code when there is no answer */
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

it('drains: is not ready, serves on, lets go of every connection, and fails no request', async () => {
  await using service = await start({ DRAIN_SECONDS: '1' });
  using agents = new DisposableStack();
  const clients = Array.from({ length: 4 }, () =>
    agents.adopt(new Agent({ keepAlive: true, maxSockets: 1 }), (agent) => agent.destroy()),
  );
  for (const agent of clients) expect(await ping(service.url, agent)).toBe('200 keep-alive');
  service.program.signal('SIGTERM');
  await service.program.prints('draining');
  const startedAt = performance.now();
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);

  const answers = new Set<string>();
  await Promise.all(
    clients.map(async (agent) => {
      // by then a load balancer has noticed, and opens no further connections to this task
      while (performance.now() - startedAt < 700) answers.add(await ping(service.url, agent));
    }),
  );
  expect([...answers]).toEqual(['200 close']);
  expect(await service.program.exit).toBe(0);
  expect(performance.now() - startedAt).toBeGreaterThan(900);
  const steps = ['listening', 'stopping', 'draining', 'stopped'];
  expect(service.messages().filter((msg) => steps.includes(msg))).toEqual(steps);
});

it('ends the draining when it is asked to stop once more', async () => {
  await using service = await start({ DRAIN_SECONDS: '600' });
  service.program.signal('SIGTERM');
  await service.program.prints('draining');
  // at once it would count as the same wish: a terminal and npm both pass a Ctrl-C on
  service.program.signal('SIGINT');
  await expect.poll(async () => isOver(service.program.exit), { timeout: 1_000 }).toBe(false);
  setTimeout(() => service.program.signal('SIGINT'), 600);
  expect(await service.program.exit).toBe(0);
  expect(service.messages().at(-1)).toBe('stopped');
});

it('sends what nobody waits for before it ends', async () => {
  await using service = await start({ MEMBER_NOTICES: '*' });
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
  expect(service.messages().filter((msg) => msg.includes('not'))).toEqual([]);
});

async function isOver(exit: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    exit.then(() => true),
    new Promise<false>((resolve) => setTimeout(resolve, 100, false)),
  ]);
}
