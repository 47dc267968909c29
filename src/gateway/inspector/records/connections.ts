import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { isDuring, isRefusedPost } from './posts.js';
import { type Row } from './timeline.js';

/** An open connection, of `GET /_gateway/connections`. */
export interface OpenConnection {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly connectedAt: string;
  readonly lastActiveAt: string;
  readonly state: 'open' | 'closing';
  readonly sourceIp: string;
  readonly userAgent?: string;
  readonly user?: string;
}

/** A connection that is open, or of which there are events. */
export interface ConnectionSummary {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly state: 'open' | 'closing' | 'closed' | 'refused';
  /** ISO 8601: when it was opened, or the first event of it. */
  readonly since: string;
  readonly lastActiveAt: string;
  /** Messages of the client, and to it, as far as they are recorded. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly open: OpenConnection | undefined;
}

/**
 * All connections, the newest first.
 *
 * @param open those that are open now
 */
export function summarizeConnections(
  rows: readonly Row[],
  open: readonly OpenConnection[],
): readonly ConnectionSummary[] {
  const recorded = new Map<string, Recorded>();
  for (const { event } of rows) {
    const { connectionId } = event;
    if (connectionId === undefined) continue;
    const known = recorded.get(connectionId);
    // its id may be any text: it makes no connection
    if (known === undefined && isRefusedPost(event)) continue;
    if (known === undefined) recorded.set(connectionId, addTo({ first: event, last: event, ...NONE }, event));
    else addTo(known, event);
  }
  const openIds = new Map(open.map((connection) => [connection.connectionId, connection]));
  const summaries = [...recorded.values()].map((each) =>
    summarize(each, openIds.get(each.first.connectionId ?? '')),
  );
  const unrecorded = open
    .filter(({ connectionId }) => !recorded.has(connectionId))
    .map((connection) => ({ ...connection, since: connection.connectedAt, ...NONE, open: connection }));
  return [...summaries, ...unrecorded].toSorted((a, b) => b.since.localeCompare(a.since));
}

/**
 * The rows of one connection. With them are the refused posts that its messages have led to, if their id is that of no
 * recorded connection.
 */
export function rowsOfConnection(rows: readonly Row[], connectionId: string): readonly Row[] {
  const known = new Set(
    rows.filter(({ event }) => !isRefusedPost(event)).map(({ event }) => event.connectionId),
  );
  let before: GatewayEvent | undefined;
  return rows.filter(({ event }) => {
    if (event.type !== 'callback') before = event;
    if (event.connectionId === connectionId) return true;
    if (!isRefusedPost(event) || known.has(event.connectionId)) return false;
    return before?.connectionId === connectionId && isDuring(event, before);
  });
}

/** What is recorded of one connection; it is changed while the events are counted. */
interface Recorded {
  readonly first: GatewayEvent;
  last: GatewayEvent;
  messagesIn: number;
  messagesOut: number;
}

const NONE = { messagesIn: 0, messagesOut: 0 };

function addTo(recorded: Recorded, event: GatewayEvent): Recorded {
  recorded.last = event;
  if (event.type === 'message') recorded.messagesIn += 1;
  recorded.messagesOut += event.steps.filter(({ step }) => step === 'client_frame').length;
  return recorded;
}

function summarize(
  { first, last, messagesIn, messagesOut }: Recorded,
  open: OpenConnection | undefined,
): ConnectionSummary {
  const { connectionId = '', apiId = '', stage = '' } = first;
  const wasRefused = last.type === 'handshake' && last.outcome.result !== 'connected';
  return {
    connectionId,
    apiId,
    stage,
    state: open?.state ?? (wasRefused ? 'refused' : 'closed'),
    since: open?.connectedAt ?? first.time,
    lastActiveAt: open?.lastActiveAt ?? last.time,
    messagesIn,
    messagesOut,
    open,
  };
}
