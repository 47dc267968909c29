import { expect, it } from 'vitest';
import { LogStore } from '../../../src/nest/store/log-store.js';
import { type ChannelName, type ServerMessage } from '../../../src/api/messages.js';
import { startServiceWith } from '../../support/service-app.js';

/**
 * Clients of 0.1.0, which know none of what was added to version 1 since: their messages, as text, and all fields of the
 * replies that they read.
 */
const channel = 'news' as ChannelName;
const epoch = expect.any(String) as string;

it.each([
  ['{"action":"ping"}', { type: 'pong' }],
  ['{"action":"ping","id":1}', { type: 'pong', id: 1 }],
  ['{"action":"join","channel":"news"}', { type: 'joined', channel, epoch, offset: 2 }],
  ['{"action":"publish","channel":"news","data":[1]}', { type: 'published', channel, epoch, offset: 3 }],
  ['{"action":"leave","channel":"news"}', { type: 'left', channel }],
])('replies to %s with what it has replied before, and no more', async (text, reply) => {
  await using service = await startServiceWith(['a=']);
  for (let n = 0; n < 2; n += 1) {
    await service.app.get(LogStore).append(channel, '{"data":1}', { messages: 10, ageMs: 60_000 });
  }
  await service.send('a=', { action: 'join', channel });
  await service.post('/message', 'a=').send(text).expect(200);
  expect(service.endpoint.messagesTo('a=').at(-1)).toEqual(reply);
});

it('adds only the number of replayed messages to the reply to a join with since', async () => {
  await using service = await startServiceWith(['a=']);
  const logs = service.app.get(LogStore);
  const first = await logs.append(channel, '{"data":1}', { messages: 10, ageMs: 60_000 });
  await logs.append(channel, '{"data":2}', { messages: 10, ageMs: 60_000 });
  const since = { epoch: first.epoch, offset: first.offset };
  await service
    .post('/message', 'a=')
    .send(`{"action":"join","channel":"news","since":${JSON.stringify(since)}}`)
    .expect(200);
  const joined = service.endpoint.messagesTo('a=').at(-1) as ServerMessage & { type: 'joined' };
  const { replayed, ...before } = joined;
  expect(before).toEqual({ type: 'joined', channel, epoch: first.epoch, offset: 2, recovered: true });
  expect(replayed).toBe(1);
});

it('publishes equal messages without a key as often as they are sent', async () => {
  await using service = await startServiceWith(['a=']);
  await service.send('a=', { action: 'join', channel });
  const text = '{"action":"publish","channel":"news","data":1}';
  for (let n = 0; n < 3; n += 1) await service.post('/message', 'a=').send(text).expect(200);
  expect(await service.app.get(LogStore).readLog(channel, 0, 10)).toHaveLength(3);
});
