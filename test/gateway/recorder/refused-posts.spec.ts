import { describe, expect, it } from 'vitest';
import { whyNotIssued } from '../../../src/gateway/websocket/connections/why-not-issued.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { EventReader, stepsOf } from '../../support/event-reader.js';

const start = async () => DeployedGateway.start({ $default: {} }, { record: 1024 * 1024 });

describe('a post that is refused before its connection is found', () => {
  it('is recorded with its request and the reason', async () => {
    await using gateway = await start();
    const response = await fetch(`${gateway.gateway.url}/dev/@connections/undefined?token=a-secret`, {
      method: 'POST',
      body: `a-secret ${'x'.repeat(20_000)}`,
    });
    expect(await response.text()).toBe('{"message":"Invalid connectionId: undefined"}');
    const event = await new EventReader(gateway.gateway).next('callback');
    const reason = 'undefined is not a connection id: the backend has not received one';
    expect(event.outcome).toEqual({ result: 'refused', status: 400, reason });
    expect(stepsOf(event, 'failure')).toEqual([{ step: 'failure', reason }]);
    const [request] = stepsOf(event, 'client_request');
    expect(request).toMatchObject({
      method: 'POST',
      url: '/dev/@connections/undefined?token=***',
      body: { bytes: 20_009, isCut: true },
    });
    expect(request?.body?.text.length).toBeLessThanOrEqual(16 * 1024);
    expect(request?.body?.text).toMatch(/^\*\*\* xxx/);
  });

  it.each([
    ['none/@connections/x', 'there is no stage none'],
    ['dev/@connections/x', 'x is not a connection id'],
  ])('says why: %s', async (path, reason) => {
    await using gateway = await start();
    await fetch(`${gateway.gateway.url}/${path}`, { method: 'POST', body: 'hello' });
    const event = await new EventReader(gateway.gateway).next('callback');
    expect(event.outcome.reason).toBe(reason);
    expect(stepsOf(event, 'client_request')).toMatchObject([{ body: { text: 'hello' } }]);
  });

  it('still gets 400 with a body over 128 KB', async () => {
    await using gateway = await start();
    const url = `${gateway.gateway.url}/dev/@connections/x`;
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(131_073) })).status).toBe(400);
  });
});

it.each([
  ['', 'the path has no connection id: the backend has not received one'],
  ['None', 'None is not a connection id: the backend has not received one'],
  ['{connectionId}', '{connectionId} is not a connection id: the backend has not received one'],
  [
    'L0SM9cOFvHcCIhw=',
    'L0SM9cOFvHcCIhw= is not of this gateway: it was issued before the gateway started again, or by another one',
  ],
  ['alice', 'alice is not a connection id'],
])('explains the id "%s"', (id, reason) => {
  expect(whyNotIssued(id)).toBe(reason);
});
