import { describe, expect, it } from 'vitest';
import { causeOf, postsDuring } from '../../../src/gateway/inspector/records/posts.js';
import { addEvents, filterRows, NO_FILTER } from '../../../src/gateway/inspector/records/timeline.js';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';
import { call, eventOf, frame, post, refusedPost, rowsOf } from './gateway-events.js';

const message = (id: number, startedMs: number, durationMs: number) =>
  eventOf(id, [startedMs, durationMs], []);
const sentPost = (id: number, startedMs: number) =>
  eventOf(id, [startedMs, 1], [post('hello')], {
    type: 'callback',
    outcome: { result: 'done', status: 200 },
  });

it('finds the posts that began while a message was in flight', () => {
  const rows = rowsOf(sentPost(1, 4), sentPost(2, 12), message(3, 10, 5), sentPost(4, 16));
  const row = rows.find(({ event: { id } }) => id === 3)!;
  expect(postsDuring(rows, row).map(({ event: { id } }) => id)).toEqual([2]);
});

it('nests posts below the event during which they began, and no others', () => {
  const clock = eventOf(6, [30, 0], [], { type: 'clock' });
  const rows = rowsOf(
    sentPost(1, 4),
    sentPost(2, 12),
    sentPost(3, 13),
    message(4, 10, 5),
    sentPost(5, 16),
    clock,
    sentPost(7, 30),
  );
  const causes = rows.map(({ event: { id } }, index) => [id, causeOf(rows, index)?.id]);
  expect(causes.filter(([, cause]) => cause !== undefined)).toEqual([
    [2, 4],
    [3, 4],
  ]);
});

describe('the row of a one-way message', () => {
  const response = { status: 200, headers: [], body: { bytes: 2, text: 'ok' }, latencyMs: 1 };
  const oneWay = (id: number): GatewayEvent =>
    eventOf(
      id,
      [10, 20],
      [
        frame('A1'),
        { step: 'integration_request', kind: 'http', method: 'POST', url: '/A1', headers: [] },
        { step: 'integration_response', ...response },
      ],
    );
  const rowOf = (...batches: readonly (readonly GatewayEvent[])[]) =>
    batches
      .reduce<ReturnType<typeof rowsOf>>((rows, batch) => addEvents(rows, batch), [])
      .find(({ event }) => event.type === 'message')!;
  const about = ({ headline, notes }: ReturnType<typeof rowOf>) => [
    headline,
    ...notes.map(({ rule }) => rule),
  ];

  it('says that the response is lost if the backend does not post', () => {
    expect(about(rowOf([oneWay(1)]))).toEqual(['response dropped: the route is one-way', 'no-reply']);
  });

  it.each([
    ['before it ended', [[sentPost(1, 12)], [oneWay(2)]]],
    ['after it ended', [[oneWay(1)], [sentPost(2, 12)]]],
  ])('says that the backend posted, also if the post ended %s', (_, batches) => {
    expect(about(rowOf(...batches))).toEqual(['one-way: the backend posted meanwhile']);
  });

  it('is not changed by a request that describes a connection', () => {
    const get = eventOf(1, [12, 1], [{ step: 'client_request', method: 'GET', url: '/' }], {
      type: 'callback',
    });
    expect(about(rowOf([get, oneWay(2)]))).toContain('no-reply');
  });

  it('says why a post was refused, and is found among what failed', () => {
    const events = [sentPost(1, 12), refusedPost(2, 13, 'undefined'), oneWay(3)];
    expect(about(rowOf(events))).toEqual(['post refused: undefined is not a connection id']);
    const failed = filterRows(rowsOf(...events), { ...NO_FILTER, onlyFailed: true });
    expect(failed.map(({ event }) => event.id)).toEqual([3, 2]);
  });

  it('says that the backend has no connection id', () => {
    const unmapped = eventOf(2, [10, 20], [frame('x'), ...call(200, 1)]);
    expect(about(rowOf([refusedPost(1, 12, 'undefined'), unmapped]))).toEqual([
      'no connection id in the request: the backend cannot post to this client',
      'no-connection-id',
    ]);
  });
});
