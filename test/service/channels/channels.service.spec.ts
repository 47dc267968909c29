import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName, LIMITS } from '../../../src/api/messages.js';
import { Store } from '../../../src/service/store/store.js';
import { type Answer } from '../../support/connections-endpoint.js';
import { startService, type TestService } from '../../support/service-app.js';

const news = 'news' as ChannelName;

async function join(service: TestService, ...connectionIds: string[]) {
  for (const id of connectionIds) await service.send(id, { action: 'join', channel: news }).expect(200);
  service.endpoint.posts.length = 0;
}

it('brings what one member publishes to all of them, and to nobody else', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=');
  await service.send('carol=', { action: 'join', channel: 'sports' });
  await service.send('alice=', { action: 'publish', channel: news, data: { text: 'hi' }, id: 1 });
  const message = { type: 'message', channel: news, data: { text: 'hi' }, from: 'alice=' };
  expect(service.endpoint.messagesTo('alice=')).toEqual([
    message,
    { type: 'published', id: 1, channel: news },
  ]);
  expect(service.endpoint.messagesTo('bob=')).toEqual([message]);
  expect(service.endpoint.messagesTo('carol=')).toEqual([{ type: 'joined', channel: 'sports' }]);
});

it('brings nothing any more to who has left', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=');
  await service.send('bob=', { action: 'leave', channel: news });
  await service.send('alice=', { action: 'publish', channel: news, data: 1 });
  expect(service.endpoint.messagesTo('bob=')).toEqual([{ type: 'left', channel: news }]);
});

it('forgets members that are gone, and tells the publisher all the same', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=', 'carol=');
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'bob=' ? 'gone' : 'accepted');
  await service.send('alice=', { action: 'publish', channel: news, data: 1 }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toContainEqual({ type: 'published', channel: news });
  expect(await service.app.get(Store).getConnection('bob=' as ConnectionId)).toBeUndefined();
  expect(await service.app.get(Store).countMembers(news)).toBe(2);
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      msg: 'published',
      connectionId: 'alice=',
      channel: news,
      recipients: 3,
      delivered: 2,
      gone: 1,
      failed: 0,
      durationMs: expect.any(Number),
    }),
  );
});

it('delivers to the others, and counts, when a delivery fails', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=', 'carol=');
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'bob=' ? 'forbidden' : 'accepted');
  await service.send('alice=', { action: 'publish', channel: news, data: 1 }).expect(200);
  expect(service.endpoint.messagesTo('carol=')).toHaveLength(1);
  expect(service.endpoint.messagesTo('alice=')).toContainEqual({ type: 'published', channel: news });
  expect(await service.app.get(Store).countMembers(news)).toBe(3);
  expect(service.lines).toContainEqual(
    expect.objectContaining({ msg: 'published', delivered: 2, failed: 1 }),
  );
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      failed: 1,
      err: expect.objectContaining({ type: 'ForbiddenError' }),
    }),
  );
});

it('posts to so many members at once as CALLBACK_CONCURRENCY says', async () => {
  await using service = await startService({ CALLBACK_CONCURRENCY: '3' });
  await join(service, ...Array.from({ length: 10 }, (_, index) => `c${index}=`));
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  service.endpoint.answer = () => {
    if (service.endpoint.posts.length === 3) decide('accepted');
    return answer;
  };
  await service.send('c0=', { action: 'publish', channel: news, data: 1 });
  expect(service.endpoint.posts).toHaveLength(11);
  expect(service.endpoint.maxInFlight).toBe(3);
});

it('delivers what API Gateway just carries, and refuses a byte more', async () => {
  await using service = await startService();
  await join(service, 'a=');
  const rest = Buffer.byteLength(JSON.stringify({ type: 'message', channel: news, data: '', from: 'a=' }));
  const data = 'x'.repeat(LIMITS.messageBytes - rest);
  await service.send('a=', { action: 'publish', channel: news, data });
  expect(service.endpoint.posts[0]?.data).toHaveLength(LIMITS.messageBytes);
  service.endpoint.posts.length = 0;
  await service.send('a=', { action: 'publish', channel: news, data: `${data}x`, id: 1 }).expect(200);
  expect(service.endpoint.messagesTo('a=')).toMatchObject([
    { type: 'error', id: 1, code: 'message_too_large' },
  ]);
});

it('refuses what is nested too deeply to be written as JSON again', async () => {
  await using service = await startService();
  await join(service, 'alice=');
  const data = '['.repeat(60_000) + ']'.repeat(60_000);
  await service
    .post('/message', 'alice=')
    .send(`{"action":"publish","channel":"news","data":${data}}`)
    .expect(200);
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ type: 'error', code: 'message_too_large' }]);
});
