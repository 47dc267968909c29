import { expect, it } from 'vitest';
import { CredentialsError } from '../../../src/nest/callback/callback.errors.js';
import { CallbackService } from '../../../src/nest/callback/callback.service.js';
import { Draining } from '../../../src/nest/operation/draining.js';
import { Store } from '../../../src/nest/store/store.js';
import { startService } from '../../support/service-app.js';

it('is live and ready for any caller', async () => {
  await using service = await startService({ GATEWAY_SECRET: 'a-secret-of-the-gateway' });
  const live = await fetch(`${service.url}/health/live`);
  expect(live.status).toBe(200);
  expect(await live.json()).toEqual({ status: 'ok' });
  const ready = await fetch(`${service.url}/health/ready`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    status: 'ok',
    details: { store: { status: 'up' }, task: { status: 'up' }, credentials: { status: 'up' } },
  });
});

it.each<[string, (store: Store) => unknown]>([
  ['is closed', async (store) => store.close()],
  ['does not respond', (store) => (store.probe = () => new Promise(() => {}))],
])('is live but soon not ready when the store %s', async (_, fail) => {
  await using service = await startService();
  await fail(service.app.get(Store));
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  const response = await fetch(`${service.url}/health/ready`);
  expect(response.status).toBe(503);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({
    status: 503,
    code: 'not_ready',
    detail: 'The store cannot be written.',
  });
});

it('is live but not ready while the credentials for callbacks have expired', async () => {
  await using service = await startService();
  service.app.get(CallbackService).checkCredentials = () => Promise.reject(new CredentialsError('no source'));
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  const response = await fetch(`${service.url}/health/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    code: 'not_ready',
    detail: expect.stringContaining('credentials'),
  });
});

it('is live but not ready while it drains, still serves, and closes connections after their responses', async () => {
  await using service = await startService();
  const before = await fetch(`${service.url}/health/live`);
  expect(before.headers.get('connection')).toBe('keep-alive');
  service.app.get(Draining).begin();

  const ready = await fetch(`${service.url}/health/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ code: 'not_ready' });
  const live = await fetch(`${service.url}/health/live`);
  expect(live.status).toBe(200);
  expect(live.headers.get('connection')).toBe('close');
  const message = await service.send('alice=', { action: 'ping' });
  expect(message.status).toBe(200);
  expect(message.headers['connection']).toBe('close');
});
