import { once } from 'node:events';
import { connect } from 'node:net';
import request from 'supertest';
import { expect, it } from 'vitest';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { Store } from '../../../src/nest/store/store.js';
import { startService } from '../../support/service-app.js';

it.each([
  ['POST', '/nowhere?token=abc', 404, 'not_found'],
  ['GET', '/message', 404, 'not_found'],
  ['POST', '/%zz', 400, 'bad_request'],
] as const)('responds to %s %s with a problem', async (method, path, status, code) => {
  await using service = await startService();
  const response = await request(service.app.getHttpServer())[method === 'GET' ? 'get' : 'post'](path);
  expect(response).toMatchObject({ status, type: 'application/problem+json' });
  expect(response.body).toEqual({ title: expect.any(String), status, code, detail: expect.any(String) });
});

it('sends a problem for an invalid content type', async () => {
  await using service = await startService();
  const response = await service.post('/message', 'alice=').set('Content-Type', 'nonsense').send('{}');
  expect(response).toMatchObject({ status: 415, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ code: 'unsupported_media_type' });
});

it('shows the details of an internal failure in the log only', async () => {
  await using service = await startService();
  service.app.get(ConnectionStore).putConnection = () =>
    Promise.reject(new Error('database disk image is malformed'));
  const response = await service.post('/connect', 'alice=').send();
  expect(response).toMatchObject({ status: 500, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ status: 500, code: 'internal_error' });
  expect(response.text).not.toMatch(/database|sqlite|statement/i);
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      msg: 'request failed',
      connectionId: 'alice=',
      err: expect.objectContaining({ stack: expect.stringContaining('malformed') }),
    }),
  );
});

it('sends 503 with Retry-After while the store is unavailable', async () => {
  await using service = await startService();
  await service.app.get(Store).close();
  for (const path of ['/connect', '/message', '/disconnect'] as const) {
    const response = await service.post(path, 'alice=').send('{"action":"ping"}');
    expect(response).toMatchObject({ status: 503, type: 'application/problem+json' });
    expect(response.headers['retry-after']).toBe('1');
    expect(response.body).toMatchObject({ code: 'store_unavailable' });
    expect(response.text).not.toMatch(/database|sqlite|statement/i);
  }
});

it('sends 503 also with REPLIES=response', async () => {
  await using service = await startService({ REPLIES: 'response' });
  await service.app.get(Store).close();
  const response = await service.send('alice=', { action: 'ping', id: 1 });
  expect(response.status).toBe(503);
  expect(response.headers['retry-after']).toBe('1');
  expect(response.body).toMatchObject({ type: 'error', id: 1, code: 'unavailable' });
});

it('logs no error for a request whose sender closed the connection', async () => {
  await using service = await startService();
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /message HTTP/1.1\r\nHost: a\r\nConnectionId: alice=\r\nContent-Length: 100\r\n\r\n{');
  socket.end();
  const refused = () => service.lines.find(({ msg }) => msg === 'request refused');
  await expect.poll(refused).toMatchObject({ level: 'warn', code: 'bad_request', connectionId: 'alice=' });
  expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
