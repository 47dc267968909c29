import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { type AwsNote, awsNotes } from '../../story/aws-notes.js';
import { hasFailed, outcomeText, subjectText } from '../../story/event-text.js';

/** An event with what its row shows; computed once. */
export interface Row {
  readonly event: GatewayEvent;
  readonly subject: string;
  readonly hasFailed: boolean;
  readonly notes: readonly AwsNote[];
  /** In lower case: what the filter searches. */
  readonly searched: string;
}

/** The most rows that the page keeps. */
export const MAX_ROWS = 10_000;

/**
 * Adds events to the rows, in the order in which they began: a post that a backend sends while it handles a message
 * follows the message, although it ended first.
 *
 * @param events in the order of their ids. An id that is not greater than those before it is of a gateway that has
 *   started again: only what follows is kept
 */
export function addEvents(rows: readonly Row[], events: readonly GatewayEvent[]): readonly Row[] {
  let next = [...rows];
  let lastId = Math.max(0, ...rows.slice(-RECENT).map(({ event }) => event.id));
  for (const event of events) {
    if (event.id <= lastId) next = [];
    lastId = event.id;
    let index = next.length;
    while (index > 0 && next[index - 1]!.event.startedMs > event.startedMs) index -= 1;
    next.splice(index, 0, toRow(event));
  }
  return next.slice(-MAX_ROWS);
}

/** The last id is among the last rows, because only events that overlap are not in the order of their ids. */
const RECENT = 1_000;

function toRow(event: GatewayEvent): Row {
  const subject = subjectText(event) || outcomeText(event);
  const { type, connectionId = '', routeKey = '', requestId = '' } = event;
  return {
    event,
    subject,
    hasFailed: hasFailed(event),
    notes: awsNotes(event),
    searched: [type, connectionId, routeKey, requestId, subject, outcomeText(event)].join(' ').toLowerCase(),
  };
}

export interface TimelineFilter {
  /** Words; `kind:`, `route:`, `connection:` and `status:` search one field. */
  readonly text: string;
  /** Empty: all kinds. */
  readonly kind: string;
  readonly onlyFailed: boolean;
  readonly onlyNoted: boolean;
}

export const NO_FILTER: TimelineFilter = { text: '', kind: '', onlyFailed: false, onlyNoted: false };

export function filterRows(rows: readonly Row[], filter: TimelineFilter): readonly Row[] {
  const words = filter.text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0 && filter.kind === '' && !filter.onlyFailed && !filter.onlyNoted) return rows;
  return rows.filter(
    (row) =>
      (filter.kind === '' || row.event.type === filter.kind) &&
      (!filter.onlyFailed || row.hasFailed) &&
      (!filter.onlyNoted || row.notes.length > 0) &&
      words.every((word) => matches(row, word)),
  );
}

function matches({ event, searched }: Row, word: string): boolean {
  const [, field, value = ''] = word.match(/^(kind|route|connection|status):(.*)$/) ?? [];
  switch (field) {
    case 'kind':
      return event.type.startsWith(value);
    case 'route':
      return event.routeKey?.startsWith(value) === true;
    case 'connection':
      return event.connectionId?.startsWith(value) === true;
    case 'status':
      return String(event.outcome.status ?? '').startsWith(value);
    default:
      return searched.includes(word.toLowerCase());
  }
}

/** The types of events during which a backend posts. */
const CALLING: readonly string[] = ['handshake', 'message', 'close', 'http_request'];

/**
 * Whether the row at an index is a post that belongs below the row before it: that event, or the one whose posts the row
 * before it belongs to, was in flight when the post began.
 */
export function isNested(rows: readonly Row[], index: number): boolean {
  const post = rows[index]?.event;
  if (post?.type !== 'callback') return false;
  let before = index - 1;
  while (rows[before]?.event.type === 'callback') before -= 1;
  const event = rows[before]?.event;
  return (
    event !== undefined &&
    CALLING.includes(event.type) &&
    post.startedMs <= event.startedMs + event.durationMs
  );
}

/** The posts that began while the event was in flight: most of them are its backend's. */
export function postsDuring(rows: readonly Row[], { event }: Row): readonly Row[] {
  if (event.type === 'callback') return [];
  const endMs = event.startedMs + event.durationMs;
  return rows.filter(
    ({ event: other }) =>
      other.type === 'callback' && other.startedMs >= event.startedMs && other.startedMs <= endMs,
  );
}
