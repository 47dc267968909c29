import { describe, expect, it } from 'vitest';
import {
  type OpenConnection,
  rowsOfConnection,
  summarizeConnections,
} from '../../../src/gateway/inspector/records/connections.js';
import { eventOf, frame, frameOut, handshakeRequest, refusedPost, rowsOf } from './gateway-events.js';

const open = (connectionId: string, connectedAt: string): OpenConnection => ({
  connectionId,
  apiId: 'api1',
  stage: 'dev',
  connectedAt,
  lastActiveAt: connectedAt,
  state: 'open',
  sourceIp: '127.0.0.1',
});

describe('the list of connections', () => {
  it('counts messages in both directions', () => {
    const rows = rowsOf(
      eventOf(1, [1, 1], [frame('a'), frameOut('reply')]),
      eventOf(2, [2, 1], [frame('b')]),
      eventOf(3, [3, 1], [frameOut('post')], { type: 'callback' }),
    );
    const [connection] = summarizeConnections(rows, [open('A1', '2026-11-28T10:00:00.000Z')]);
    expect(connection).toMatchObject({ state: 'open', messagesIn: 2, messagesOut: 2 });
  });

  it('has those that are closed, those that were refused, and those that were opened before the recording', () => {
    const rows = rowsOf(
      eventOf(1, [1, 1], [frame('a')]),
      eventOf(2, [2, 1], [handshakeRequest('/dev')], {
        type: 'handshake',
        connectionId: 'B2',
        outcome: { result: 'refused', status: 403 },
      }),
    );
    const connections = summarizeConnections(rows, [open('C3', '2026-11-28T09:00:00.000Z')]);
    expect(connections.map(({ connectionId, state }) => [connectionId, state])).toEqual([
      ['B2', 'refused'],
      ['A1', 'closed'],
      ['C3', 'open'],
    ]);
  });

  it('has none for a refused post whose id is no connection id', () => {
    const rows = rowsOf(refusedPost(1, 2, 'undefined'), eventOf(2, [1, 5], [frame('a')]));
    expect(summarizeConnections(rows, []).map(({ connectionId }) => connectionId)).toEqual(['A1']);
  });
});

it('counts a refused post among the rows of the connection whose message led to it', () => {
  const rows = rowsOf(
    eventOf(1, [0, 1], [frame('x')], { connectionId: 'B2' }),
    refusedPost(2, 11, 'undefined'),
    refusedPost(3, 12, 'B2'),
    eventOf(5, [10, 5], [frame('a')]),
    refusedPost(6, 30, 'undefined'),
  );
  const idsOf = (id: string) => rowsOfConnection(rows, id).map(({ event }) => event.id);
  expect(idsOf('A1')).toEqual([5, 2]);
  expect(idsOf('B2')).toEqual([1, 3]);
});
