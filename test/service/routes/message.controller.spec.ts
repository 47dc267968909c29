import { expect, it } from 'vitest';
import { type Answer } from '../../support/connections-endpoint.js';
import { rawPost, startService } from '../../support/service-app.js';

it('answers the client by callback, and API Gateway with an empty 200', async () => {
  await using service = await startService();
  const response = await service.send('alice=', { action: 'ping', id: 1 });
  expect(response).toMatchObject({ status: 200, text: '' });
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'pong', id: 1 }]);
});

it('tells the client of a frame that is not JSON, although API Gateway says application/json', async () => {
  await using service = await startService();
  const response = await service.post('/message', 'alice=').send('hello');
  expect(response.status).toBe(200);
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ type: 'error', code: 'not_json' }]);
});

it('tells the client of an empty frame, with and without a content type', async () => {
  await using service = await startService();
  await service.post('/message', 'alice=').send('').expect(200);
  expect(await rawPost(`${service.url}/message`, { ConnectionId: 'alice=' })).toMatchObject({ status: 200 });
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ code: 'not_json' }, { code: 'not_json' }]);
});

it.each([
  'text/plain',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'x/y; charset=latin1',
])('reads a body of type %s as UTF-8 text', async (type) => {
  await using service = await startService();
  const message = '{"action":"ping","id":"ümlaut"}';
  await service.post('/message', 'alice=').set('Content-Type', type).send(message).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'pong', id: 'ümlaut' }]);
});

it('reads 128 KB', async () => {
  await using service = await startService();
  const message = '{"action":"ping"}'.padEnd(131_072);
  await service.post('/message', 'alice=').send(message).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'pong' }]);
});

it('refuses one byte more', async () => {
  await using service = await startService();
  const message = '{"action":"ping"}'.padEnd(131_073);
  const response = await service.post('/message', 'alice=').send(message);
  expect(response).toMatchObject({ status: 413, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ status: 413, code: 'body_too_large' });
  expect(service.endpoint.posts).toEqual([]);
});

it('refuses a request whose ConnectionId is missing or there twice', async () => {
  await using service = await startService();
  const url = `${service.url}/message`;
  expect(JSON.parse((await rawPost(url, {}, '{"action":"ping"}')).body)).toMatchObject({
    code: 'missing_header',
  });
  const twice = await rawPost(url, { ConnectionId: ['alice=', 'bob='] }, '{"action":"ping"}');
  expect(JSON.parse(twice.body)).toMatchObject({ code: 'repeated_header' });
  expect(service.endpoint.posts).toEqual([]);
});

it.each<Answer>(['gone', 'invalid id'])('is content when the client is %s meanwhile', async (answer) => {
  await using service = await startService();
  service.endpoint.answer = () => answer;
  expect(await service.send('alice=', { action: 'ping' })).toMatchObject({ status: 200 });
});

it.each<[Answer, string]>([
  ['forbidden', 'ForbiddenError'],
  ['too large', 'TooLargeError'],
  ['limit exceeded', 'ThrottledError'],
  ['never', 'CallbackTimeoutError'],
  ['unavailable', 'CallbackError'],
])('says 502 when @connections answers %s', async (answer, detail) => {
  await using service = await startService({
    CALLBACK_REQUEST_TIMEOUT_MS: '50',
    CALLBACK_DEADLINE_MS: '100',
  });
  service.endpoint.answer = () => answer;
  const response = await service.send('alice=', { action: 'ping' });
  expect(response).toMatchObject({ status: 502, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ status: 502, code: 'callback_failed', detail });
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      connectionId: 'alice=',
      err: expect.objectContaining({ type: detail, cause: expect.anything() }),
    }),
  );
});
