import { expect, it } from 'vitest';
import { CallbackService } from '../../../src/nest/callback/callback.service.js';
import { connect, startService } from '../../support/service-app.js';

it('replies to all others while 105 connections of one client do not read', async () => {
  await using service = await startService({ LOG_LEVEL: 'warn' });
  const attackers = Array.from({ length: 105 }, (_, n) => `slow${n}=`);
  const others = Array.from({ length: 10 }, (_, n) => `good${n}=`);
  await connect(service, ...attackers, ...others);
  for (const id of attackers) await service.send(id, { action: 'join', channel: 'flood' });
  service.endpoint.answer = ({ connectionId }) =>
    connectionId.startsWith('slow') ? 'limit exceeded' : 'accepted';
  const callback = service.app.get(CallbackService);
  const send = (id: string, message: unknown) => service.send(id, message).then(({ status }) => status);
  const attack = Array.from({ length: 100 }, (_, data) =>
    send('slow0=', { action: 'publish', channel: 'flood', data }),
  );
  await expect.poll(() => callback.queuedMessages).toBeGreaterThan(5_000);

  const pings = Array.from({ length: 30 }, (_, n) => n);
  for (const id of others) await Promise.all(pings.map((n) => send(id, { action: 'ping', id: n })));

  for (const id of others) expect(service.endpoint.messagesTo(id)).toHaveLength(30);
  expect(callback.fanOutConcurrency).toBeGreaterThan(8);
  const pinging = setInterval(() => void send('good0=', { action: 'ping' }), 50);
  await expect.poll(() => new Set(service.endpoint.deleted).size).toBe(105);
  clearInterval(pinging);
  await Promise.all(attack);
  await expect.poll(() => callback.queuedMessages).toBe(0);
});
