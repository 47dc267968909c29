import { expect, it } from 'vitest';
import { createLogger } from '../../../src/nest/logging/logger.js';
import { Store } from '../../../src/nest/store/store.js';
import { type Answer } from '../../support/connections-endpoint.js';
import { rawPost, startService } from '../../support/service-app.js';

it('has the connection, the request and the route in every line of a request', async () => {
  await using service = await startService({ CALLBACK_REQUEST_TIMEOUT_MS: '50' });
  const answers: Answer[] = ['accepted', 'gone', 'forbidden'];
  const startedWith = service.lines.length;
  await service.post('/connect', 'alice=').send();
  for (const answer of answers) {
    service.endpoint.answer = () => answer;
    for (const message of [
      { action: 'ping' },
      { action: 'join', channel: 'news' },
      { action: 'publish', channel: 'news', data: 1 },
      { action: 'dance' },
    ]) {
      await service.send('alice=', message);
    }
  }
  await service.post('/message', 'alice=').send('x'.repeat(131_073));
  await service.post('/disconnect', 'alice=').send();

  const lines = service.lines.slice(startedWith);
  expect(new Set(lines.map(({ msg }) => msg))).toEqual(
    new Set([
      'connected',
      'handled',
      'joined',
      'published',
      'not handled',
      'gone',
      'error reply not posted',
      'request failed',
      'request refused',
      'disconnected',
    ]),
  );
  for (const line of lines) {
    expect(line).toMatchObject({
      connectionId: 'alice=',
      requestId: 'request-of-alice=',
      routeKey: expect.stringMatching(/^\$(connect|default|disconnect)$/),
    });
  }
});

it('has no token, secret or content in any line', async () => {
  const hidden = ['hidden-token', 'hidden-secret-of-the-gateway', 'hidden-wrong-secret', 'hidden-content'];
  const [token = '', secret = '', wrong = '', content = ''] = hidden;
  await using service = await startService({
    GATEWAY_SECRET: secret,
    CALLBACK_REQUEST_TIMEOUT_MS: '50',
    CALLBACK_DEADLINE_MS: '100',
  });
  const headers = {
    ConnectionId: 'alice=',
    GatewaySecret: secret,
    Token: token,
    Cookie: token,
    Authorization: token,
  };
  const post = (path: string, body = '', more: Record<string, string | string[]> = {}) =>
    rawPost(`${service.url}${path}`, { ...headers, ...more }, body);

  await post('/connect');
  await post(`/connect?token=${token}`);
  await post(`/nowhere?token=${token}`);
  await post('/connect', '', { GatewaySecret: wrong });
  await post('/connect', '', { Token: [token, token] });
  await post('/message', content);
  await post('/message', `{"action":"${content}","id":"${content}"}`);
  await post('/message', '{"action":"join","channel":"news"}');
  for (const answer of ['accepted', 'forbidden', 'never'] as const) {
    service.endpoint.answer = () => answer;
    await post('/message', `{"action":"publish","channel":"news","data":"${content}"}`);
  }
  await post('/disconnect', '', { DisconnectReason: content });

  expect(service.lines.length).toBeGreaterThan(20);
  const log = JSON.stringify(service.lines);
  for (const text of hidden) expect(log).not.toContain(text);
});

it('has no key, token, secret or content at trace level over a whole session, failures included', async () => {
  const hidden = {
    secret: 'hidden-secret-of-the-gateway',
    key: 'hidden-key-of-a-backend-0123456789ab',
    token: 'hidden-token',
    content: 'hidden-content',
  };
  await using service = await startService({
    GATEWAY_SECRET: hidden.secret,
    API_KEYS: `orders:${hidden.key}`,
    MEMBER_NOTICES: '*',
    CALLBACK_DEADLINE_MS: '100',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  const gateway = { ConnectionId: 'alice=', GatewaySecret: hidden.secret, Token: hidden.token };
  const backend = { Authorization: `Bearer ${hidden.key}`, 'Content-Type': 'application/json' };
  const session = async () => {
    await rawPost(`${service.url}/connect?token=${hidden.token}`, gateway);
    for (const message of [
      { action: 'join', channel: 'news', id: hidden.content },
      { action: 'publish', channel: 'news', data: hidden.content },
      { action: hidden.content },
      { action: 'join', channel: hidden.content.repeat(30) },
    ]) {
      await rawPost(`${service.url}/message`, gateway, JSON.stringify(message));
    }
    const body = JSON.stringify({ data: hidden.content });
    await rawPost(`${service.url}/v1/channels/news/messages`, backend, body);
    await rawPost(
      `${service.url}/v1/channels/news/messages`,
      { ...backend, Authorization: `x ${hidden.key}` },
      body,
    );
    await rawPost(`${service.url}/v1/connections/alice=/messages`, backend, `{"data":"${hidden.content}"`);
    await rawPost(`${service.url}/disconnect`, gateway);
    await fetch(`${service.url}/health/ready?token=${hidden.token}`);
  };
  await session();
  service.endpoint.answer = () => 'unavailable';
  await session();
  await service.app.get(Store).close();
  await session();

  expect(service.lines.some(({ msg }) => msg === 'not ready')).toBe(true);
  const log = JSON.stringify(service.lines);
  for (const text of Object.values(hidden)) expect(log).not.toContain(text);
});

it('logs warnings of Nest, and its other lines at debug', async () => {
  await using service = await startService({ LOG_LEVEL: 'info' });
  await service.post('/connect', 'alice=').send();
  expect(service.lines.map(({ msg }) => msg)).toEqual(['connected']);
});

it('logs the cause of an error', async () => {
  await using service = await startService();
  service.endpoint.answer = () => 'forbidden';
  await service.send('alice=', { action: 'ping' });
  expect(service.lines.at(-1)).toMatchObject({
    level: 'error',
    msg: 'request failed',
    err: { type: 'ForbiddenError', stack: expect.any(String), cause: { type: 'ForbiddenException' } },
  });
});

it('does not log fields that a library has added to an error', () => {
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'info' }, { write: (line) => void lines.push(line) });
  const cause = Object.assign(new Error('refused'), {
    code: 'EX',
    request: { headers: { authorization: 'hidden' } },
  });
  log.error({ err: new Error('failed', { cause }) }, 'request failed');
  expect(JSON.parse(lines.join())).toMatchObject({
    err: { message: 'failed', cause: { message: 'refused', code: 'EX' } },
  });
  expect(lines.join()).not.toContain('hidden');
});

it('logs an error whose cause is an object without a prototype', () => {
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'info' }, { write: (line) => void lines.push(line) });
  log.error({ err: new Error('failed', { cause: Object.create(null) }) }, 'request failed');
  expect(JSON.parse(lines.join())).toMatchObject({ err: { cause: { message: '[object Object]' } } });
});
