import { describe, expect, it } from 'vitest';
import {
  addEvents,
  filterRows,
  MAX_ROWS,
  NO_FILTER,
} from '../../../src/gateway/inspector/records/timeline.js';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';

const event = (id: number, startedMs: number, others: Partial<GatewayEvent> = {}): GatewayEvent => ({
  id,
  type: 'message',
  time: '',
  startedMs,
  durationMs: 10,
  connectionId: 'L0SM9',
  routeKey: '$default',
  steps: [{ step: 'frame', body: { bytes: 5, text: 'Hello' } }],
  outcome: { result: 'replied', status: 200 },
  ...others,
});
const ids = (rows: ReturnType<typeof addEvents>) => rows.map(({ event: { id } }) => id);

describe('the rows', () => {
  it('are in the order in which the events began', () => {
    const rows = addEvents(addEvents([], [event(1, 5), event(2, 20)]), [event(3, 10), event(4, 30)]);
    expect(ids(rows)).toEqual([1, 3, 2, 4]);
  });

  it('begin again when the gateway has started again', () => {
    const before = addEvents([], [event(1, 5), event(2, 20)]);
    expect(ids(addEvents(before, [event(1, 3), event(2, 4)]))).toEqual([1, 2]);
  });

  it('are limited, so that the page does not grow', () => {
    const events = Array.from({ length: MAX_ROWS + 5 }, (_, index) => event(index + 1, index));
    const rows = addEvents([], events);
    expect(rows.length).toBe(MAX_ROWS);
    expect(rows.at(-1)?.event.id).toBe(MAX_ROWS + 5);
  });
});

it.each([
  ['hello', [1, 3]],
  ['HELLO connection:R1', [3]],
  ['route:$def status:2', [1]],
  ['kind:clo', [2]],
  ['status:5', [3]],
])('filters by %s', (text, expected) => {
  const rows = addEvents(
    [],
    [
      event(1, 1),
      event(2, 2, { type: 'close', routeKey: '$disconnect', steps: [], outcome: { result: 'done' } }),
      event(3, 3, {
        connectionId: 'R1kmx',
        routeKey: 'join',
        outcome: { result: 'error_frame', status: 500 },
      }),
    ],
  );
  expect(ids(filterRows(rows, { ...NO_FILTER, text }))).toEqual(expected);
});

it('filters what failed, and one kind', () => {
  const rows = addEvents(
    [],
    [
      event(1, 1),
      event(2, 2, { outcome: { result: 'dropped', status: 500 } }),
      event(3, 3, { type: 'close', outcome: { result: 'failed' } }),
    ],
  );
  expect(ids(filterRows(rows, { ...NO_FILTER, onlyFailed: true }))).toEqual([2, 3]);
  expect(ids(filterRows(rows, { ...NO_FILTER, onlyFailed: true, kind: 'close' }))).toEqual([3]);
});
