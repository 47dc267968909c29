import { type GatewayEvent } from '../recorder/gateway-event.js';
import { type AwsNote, CONNECTION_ID_UNMAPPED } from './aws-notes.js';
import { outcomeText } from './event-text.js';

/**
 * What became of an event. Of a one-way message whose backend posts, the post says more than the dropped response.
 *
 * @param post one that the backend sent meanwhile
 */
export function headlineOf(
  event: GatewayEvent,
  notes: readonly AwsNote[],
  post: GatewayEvent | undefined,
): string {
  const { result, status = 0 } = event.outcome;
  if (result !== 'dropped' || status >= 400 || event.type !== 'message') return outcomeText(event);
  if (post !== undefined && post.outcome.result !== 'refused') return 'one-way: the backend posted meanwhile';
  if (notes.includes(CONNECTION_ID_UNMAPPED)) {
    return 'no connection id in the request: the backend cannot post to this client';
  }
  return post === undefined ? outcomeText(event) : `post ${outcomeText(post)}`;
}
