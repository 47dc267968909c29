import { type FeedState } from '../records/event-feed.js';
import { type Records } from '../records/use-records.js';

/** Whether the page shows what happens now. */
export function FeedStatus({ feed, isPaused, waiting }: Pick<Records, 'feed' | 'isPaused' | 'waiting'>) {
  const text = isPaused ? `paused, ${waiting} new` : FEED_TEXTS[feed.kind];
  return (
    <span class={`state ${isPaused ? 'paused' : feed.kind}`} role="status">
      {text}
    </span>
  );
}

const FEED_TEXTS: Readonly<Record<FeedState['kind'], string>> = {
  connecting: 'connecting …',
  live: 'live',
  lost: 'the gateway does not respond, trying again …',
  refused: 'not connected',
};
