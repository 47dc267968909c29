import { describe, expect, it } from 'vitest';
import { sequenceOf } from '../../../src/gateway/inspector/records/sequence.js';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';
import { call, eventOf, frame, frameOut, handshakeRequest, post, rowsOf } from './gateway-events.js';

const arrows = (...events: readonly GatewayEvent[]) =>
  sequenceOf(rowsOf(...events), 'A1').map(
    ({ from, to, text, state }) => `${from} > ${to}: ${text}${state === undefined ? '' : ` (${state})`}`,
  );

describe('the sequence of a connection', () => {
  it('has a post between the message and its response', () => {
    const message = eventOf(2, [10, 20], [frame('join'), ...call(200, 18)]);
    const callback = eventOf(1, [15, 2], [post('joined'), frameOut('joined')], {
      type: 'callback',
      outcome: { result: 'done', status: 200 },
    });
    expect(arrows(callback, message)).toEqual([
      'client > gateway: join',
      'gateway > backend: $default',
      'backend > gateway: POST joined',
      'gateway > client: joined',
      'backend > gateway: 200 in 18 ms',
      'gateway > client: response dropped: the route is one-way (lost)',
    ]);
  });

  it('has the reply of a two-way route', () => {
    const message = eventOf(1, [1, 5], [frame('ask'), ...call(200, 4), frameOut('pong')], {
      outcome: { result: 'replied', status: 200 },
    });
    expect(arrows(message).at(-1)).toBe('gateway > client: pong');
  });

  it('has a refused handshake, and the failed call that refused it', () => {
    const handshake = eventOf(1, [1, 5], [handshakeRequest('/dev'), ...call(401, 4)], {
      type: 'handshake',
      routeKey: '$connect',
      outcome: { result: 'refused', status: 401 },
    });
    expect(arrows(handshake)).toEqual([
      'client > gateway: handshake /dev',
      'gateway > backend: $connect',
      'backend > gateway: 401 in 4 ms (failed)',
      'gateway > client: 401 refused (failed)',
    ]);
  });

  it('has a post that was refused, without a frame', () => {
    const callback = eventOf(1, [1, 1], [post('late')], {
      type: 'callback',
      outcome: { result: 'refused', status: 410, reason: 'GoneException' },
    });
    expect(arrows(callback)).toEqual([
      'backend > gateway: POST late',
      'gateway > backend: 410 refused: GoneException (failed)',
    ]);
  });

  it('names the id of a refused post that is not of this connection', () => {
    const callback = eventOf(1, [1, 1], [post('hello')], {
      type: 'callback',
      connectionId: 'undefined',
      outcome: { result: 'refused', status: 400, reason: 'undefined is not a connection id' },
    });
    expect(arrows(callback)).toEqual([
      'backend > gateway: POST hello to undefined',
      'gateway > backend: 400 refused: undefined is not a connection id (failed)',
    ]);
  });

  it.each([
    [1001, 'Going away', 'gateway > client: close 1001 Going away'],
    [1001, '', 'client > gateway: close 1001'],
  ])('begins a close at the side that closed: %i %s', (code, reason, expected) => {
    const close = eventOf(1, [1, 5], [{ step: 'close', code, reason }, ...call(200, 4)], { type: 'close' });
    expect(arrows(close)[0]).toBe(expected);
  });

  it('has a call without a response', () => {
    const [request] = call(200, 1);
    expect(arrows(eventOf(1, [1, 5], [frame('x'), request!]))[2]).toBe(
      'backend > gateway: no response (lost)',
    );
  });
});
