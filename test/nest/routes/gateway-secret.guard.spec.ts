import { expect, it } from 'vitest';
import { rawPost, startService } from '../../support/service-app.js';

const current = 'the-secret-of-today';
const previous = 'the-secret-of-yesterday';

const paths = ['/connect', '/message', '/disconnect'] as const;

it.each(paths)('lets through what carries the secret, or the one before: POST %s', async (path) => {
  await using service = await startService({ GATEWAY_SECRET: current, GATEWAY_SECRET_PREVIOUS: previous });
  for (const secret of [current, previous]) {
    const response = await service
      .post(path, 'alice=')
      .set('GatewaySecret', secret)
      .send('{"action":"ping"}');
    expect(response.status).toBe(200);
  }
});

it.each(paths)('refuses everything else: POST %s', async (path) => {
  await using service = await startService({ GATEWAY_SECRET: current });
  for (const secret of [undefined, '', previous, current.slice(1), `${current}x`, current.toUpperCase()]) {
    const call = service.post(path, 'alice=');
    if (secret !== undefined) void call.set('GatewaySecret', secret);
    const response = await call.send('{"action":"ping"}');
    expect(response).toMatchObject({ status: 403, type: 'application/problem+json' });
    expect(response.body).toMatchObject({ code: 'wrong_gateway_secret' });
  }
  expect(service.endpoint.posts).toEqual([]);
});

it('refuses a repeated secret, even if both are right', async () => {
  await using service = await startService({ GATEWAY_SECRET: current });
  const headers = { ConnectionId: 'alice=', GatewaySecret: [current, current] };
  const response = await rawPost(`${service.url}/connect`, headers);
  expect(JSON.parse(response.body)).toMatchObject({ code: 'repeated_header' });
});

it('checks the secret before the other headers', async () => {
  await using service = await startService({ GATEWAY_SECRET: current });
  const response = await rawPost(`${service.url}/connect`, {});
  expect(JSON.parse(response.body)).toMatchObject({ code: 'wrong_gateway_secret' });
});

it('requires no secret when none is configured', async () => {
  await using service = await startService();
  const response = await service.post('/connect', 'alice=').set('GatewaySecret', 'whatever it is').send();
  expect(response.status).toBe(200);
});
