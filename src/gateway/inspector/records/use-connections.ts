import { useEffect, useMemo, useState } from 'preact/hooks';
import { callGateway } from '../api.js';
import { type ConnectionSummary, type OpenConnection, summarizeConnections } from './connections.js';
import { type Row } from './timeline.js';

export interface Connections {
  readonly connections: readonly ConnectionSummary[];
  readonly error: Error | undefined;
}

/** The connections, live: those that are open are read each second. */
export function useConnections(rows: readonly Row[]): Connections {
  const [open, setOpen] = useState<readonly OpenConnection[]>([]);
  const [error, setError] = useState<Error | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        const { items } = await callGateway<{ readonly items: readonly OpenConnection[] }>('connections', {
          signal: stop.signal,
        });
        setOpen(items);
        setError(undefined);
      } catch (thrown) {
        if (!stop.signal.aborted) setError(thrown as Error);
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void read(), READ_MS);
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, []);
  return { connections: useMemo(() => summarizeConnections(rows, open), [rows, open]), error };
}

/** Between two reads. */
const READ_MS = 1_000;
