import { useEffect, useRef, useState } from 'preact/hooks';
import { type GatewayEvent } from '../../recorder/gateway-event.js';
import { testClients } from '../clients/test-clients.js';
import { type FeedState, readFeed } from './event-feed.js';
import { addEvents, type Row } from './timeline.js';

/** The events that the page has read, and the commands on them. */
export interface Records {
  /** In the order in which the events began. */
  readonly rows: readonly Row[];
  readonly feed: FeedState;
  readonly isPaused: boolean;
  /** The number of events that were read since the pause. */
  readonly waiting: number;
  readonly togglePause: () => void;
  readonly clear: () => void;
}

/** Reads the gateway's events while the page is open, whichever view is shown. */
export function useRecords(): Records {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [feed, setFeed] = useState<FeedState>({ kind: 'connecting' });
  const [isPaused, setPaused] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const paused = useRef<GatewayEvent[] | undefined>(undefined);

  useEffect(
    () =>
      readFeed({
        onState: setFeed,
        onEvents(events) {
          testClients.take(events);
          if (paused.current === undefined) return setRows((before) => addEvents(before, events));
          paused.current.push(...events);
          setWaiting(paused.current.length);
        },
      }),
    [],
  );

  const togglePause = () => {
    const events = paused.current;
    paused.current = events === undefined ? [] : undefined;
    if (events !== undefined) setRows((before) => addEvents(before, events));
    setPaused(events === undefined);
    setWaiting(0);
  };
  return { rows, feed, isPaused, waiting, togglePause, clear: () => setRows([]) };
}
