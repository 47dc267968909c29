import { type GatewayEvent } from '../../recorder/gateway-event.js';

export type FeedState =
  { readonly kind: 'connecting' | 'live' | 'lost' } | { readonly kind: 'refused'; readonly detail: string };

export interface FeedListener {
  /** At most once for each frame of the screen. */
  readonly onEvents: (events: readonly GatewayEvent[]) => void;
  readonly onState: (state: FeedState) => void;
}

/** Reads the gateway's events. The browser connects again by itself, after the last event. @returns ends it */
export function readFeed({ onEvents, onState }: FeedListener): () => void {
  const source = new EventSource('events');
  let events: GatewayEvent[] = [];
  let isScheduled = false;
  const deliver = () => {
    isScheduled = false;
    const delivered = events;
    events = [];
    onEvents(delivered);
  };
  source.addEventListener('open', () => onState({ kind: 'live' }));
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) void explain().then(onState);
    else onState({ kind: 'lost' });
  });
  source.addEventListener('message', ({ data }: MessageEvent<string>) => {
    events.push(JSON.parse(data) as GatewayEvent);
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(deliver);
  });
  return () => source.close();
}

/** `EventSource` does not say why it was refused. */
async function explain(): Promise<FeedState> {
  try {
    const response = await fetch('events?limit=1');
    if (response.ok) return { kind: 'refused', detail: 'The stream of events ended. Reload the page.' };
    const { detail } = (await response.json()) as { readonly detail: string };
    return { kind: 'refused', detail };
  } catch {
    return { kind: 'refused', detail: 'The gateway does not respond. Start it, then reload the page.' };
  }
}
