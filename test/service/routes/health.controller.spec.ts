import request from 'supertest';
import { expect, it } from 'vitest';
import { Store } from '../../../src/service/store/store.js';
import { startService } from '../../support/service-app.js';

it('is live and ready, whoever asks', async () => {
  await using service = await startService({ GATEWAY_SECRET: 'a-secret-of-the-gateway' });
  const server = service.app.getHttpServer();
  expect((await request(server).get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
  expect((await request(server).get('/health/ready').expect(200)).body).toMatchObject({
    status: 'ok',
    details: { store: { status: 'up' } },
  });
});

it('is live but not ready when the store cannot be read', async () => {
  await using service = await startService();
  await service.app.get(Store).close();
  const server = service.app.getHttpServer();
  await request(server).get('/health/live').expect(200);
  const response = await request(server).get('/health/ready');
  expect(response).toMatchObject({ status: 503, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ status: 503, code: 'not_ready' });
});
