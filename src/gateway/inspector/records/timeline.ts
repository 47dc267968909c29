import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { type AwsNote, awsNotes } from '../../story/aws-notes.js';
import { hasFailed, outcomeText, subjectText } from '../../story/event-text.js';
import { headlineOf } from '../../story/headline.js';
import { isRefusedPost, postBelow } from './posts.js';

/** An event with what its row shows; computed once. */
export interface Row {
  readonly event: GatewayEvent;
  readonly subject: string;
  readonly hasFailed: boolean;
  readonly notes: readonly AwsNote[];
  /** What became of it, or the cause of that. */
  readonly headline: string;
  /** A post that its backend sent meanwhile: one that was refused, if there is one. */
  readonly post: GatewayEvent | undefined;
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
  let changedFrom = next.length;
  let lastId = Math.max(0, ...rows.slice(-RECENT).map(({ event }) => event.id));
  for (const event of events) {
    if (event.id <= lastId) {
      next = [];
      changedFrom = 0;
    }
    lastId = event.id;
    let index = next.length;
    while (index > 0 && next[index - 1]!.event.startedMs > event.startedMs) index -= 1;
    next.splice(index, 0, toRow(event, undefined));
    changedFrom = Math.min(changedFrom, index);
  }
  updatePosts(next, changedFrom);
  return next.slice(-MAX_ROWS);
}

/** The last id is among the last rows, because only events that overlap are not in the order of their ids. */
const RECENT = 1_000;

/** Updates the rows whose posts have changed: an event ends after its posts, or before some of them. */
function updatePosts(rows: Row[], changedFrom: number): void {
  // the event before the change may have gained or lost posts
  let index = Math.max(0, changedFrom - 1);
  while (index > 0 && rows[index]!.event.type === 'callback') index -= 1;
  while (index < rows.length) {
    const { event, post: known } = rows[index]!;
    const { post, next } = postBelow(rows, index);
    if (post !== known) rows[index] = toRow(event, post);
    index = next;
  }
}

function toRow(event: GatewayEvent, post: GatewayEvent | undefined): Row {
  const notes = awsNotes(event, post);
  const subject = subjectText(event) || outcomeText(event);
  const { type, connectionId = '', routeKey = '', requestId = '' } = event;
  return {
    event,
    subject,
    hasFailed: hasFailed(event),
    notes,
    headline: headlineOf(event, notes, post),
    post,
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
  const conditions = filter.text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(conditionOf);
  if (conditions.length === 0 && filter.kind === '' && !filter.onlyFailed && !filter.onlyNoted) return rows;
  return rows.filter(
    (row) =>
      (filter.kind === '' || row.event.type === filter.kind) &&
      (!filter.onlyFailed || row.hasFailed || hasRefusedPost(row)) &&
      (!filter.onlyNoted || row.notes.length > 0) &&
      conditions.every((condition) => condition(row)),
  );
}

export const hasRefusedPost = ({ post }: Row): boolean => post !== undefined && isRefusedPost(post);

/** The condition of a word: on one field, or on the whole text of the row. */
function conditionOf(word: string): (row: Row) => boolean {
  const [, field, value = ''] = word.match(/^(kind|route|connection|status):(.*)$/) ?? [];
  switch (field) {
    case 'kind':
      return ({ event }) => event.type.startsWith(value);
    case 'route':
      return ({ event }) => event.routeKey?.startsWith(value) === true;
    case 'connection':
      return ({ event }) => event.connectionId?.startsWith(value) === true;
    case 'status':
      return ({ event }) => String(event.outcome.status ?? '').startsWith(value);
    default: {
      const text = word.toLowerCase();
      return ({ searched }) => searched.includes(text);
    }
  }
}
