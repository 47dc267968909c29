import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { stepOf } from '../../story/step-of.js';

/** A row of the timeline. */
interface OfEvent {
  readonly event: GatewayEvent;
}

/** The types of events during which a backend posts. */
const CALLING: readonly string[] = ['handshake', 'message', 'close', 'http_request'];

/** Whether a post began while an event before it was in flight, of which it may be a consequence. */
export const isDuring = (post: GatewayEvent, event: GatewayEvent | undefined): boolean =>
  event !== undefined &&
  post.type === 'callback' &&
  CALLING.includes(event.type) &&
  post.startedMs <= event.startedMs + event.durationMs;

export const isRefusedPost = ({ type, outcome }: GatewayEvent): boolean =>
  type === 'callback' && outcome.result === 'refused';

/**
 * The event of which the row at an index is a post, below which it belongs: that of the row before it, or the one whose
 * posts the row before it belongs to.
 */
export function causeOf(rows: readonly OfEvent[], index: number): GatewayEvent | undefined {
  const post = rows[index]?.event;
  if (post?.type !== 'callback') return undefined;
  let before = index - 1;
  while (rows[before]?.event.type === 'callback') before -= 1;
  const event = rows[before]?.event;
  return isDuring(post, event) ? event : undefined;
}

/** The posts that began while the event was in flight: most of them are its backend's. */
export function postsDuring<Row extends OfEvent>(rows: readonly Row[], { event }: OfEvent): readonly Row[] {
  if (event.type === 'callback') return [];
  return rows.filter(({ event: other }) => other.startedMs >= event.startedMs && isDuring(other, event));
}

/**
 * The post that says most about the event at an index, and the index of the next event that is no post.
 *
 * @returns a post that was refused, otherwise the first
 */
export function postBelow(
  rows: readonly OfEvent[],
  index: number,
): { readonly post: GatewayEvent | undefined; readonly next: number } {
  const { event } = rows[index]!;
  let post: GatewayEvent | undefined;
  let next = index + 1;
  for (; rows[next]?.event.type === 'callback'; next += 1) {
    const other = rows[next]!.event;
    if (!isDuring(other, event) || !sendsMessage(other)) continue;
    if (post === undefined || (isRefusedPost(other) && !isRefusedPost(post))) post = other;
  }
  return { post, next };
}

/** Not for a GET or DELETE of a connection. */
const sendsMessage = (event: GatewayEvent) => (stepOf(event, 'client_request')?.method ?? 'POST') === 'POST';
