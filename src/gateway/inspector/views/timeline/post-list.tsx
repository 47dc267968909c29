import { durationText } from '../../../story/event-text.js';
import { shortId } from '../../../story/short-id.js';
import { hrefOf } from '../../frame/address.js';
import { type Row } from '../../records/timeline.js';

interface PostListProps {
  readonly posts: readonly Row[];
  /** When the event began. */
  readonly startedMs: number;
}

/** The posts that the backend sent before it responded, each with a link to its story. */
export function PostList({ posts, startedMs }: PostListProps) {
  return (
    <div class="posts">
      <h4>Posts meanwhile</h4>
      <ul>
        {posts.map(({ event, subject, hasFailed }) => (
          <li key={event.id}>
            <a class={hasFailed ? 'failed' : ''} href={hrefOf('timeline', String(event.id))}>
              <span>+{durationText(event.startedMs - startedMs)}</span>
              <span>to {event.connectionId && shortId(event.connectionId)}</span>
              <span class="status">{event.outcome.status}</span>
              <span class="subject">{subject}</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
