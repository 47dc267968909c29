import { useMemo, useState } from 'preact/hooks';
import { hrefOf } from '../../frame/address.js';
import { rowsOfConnection } from '../../records/connections.js';
import { type Arrow, sequenceOf } from '../../records/sequence.js';
import { type Row } from '../../records/timeline.js';

/** The number of events that are shown at first. */
const PAGE = 50;

interface SequenceDiagramProps {
  readonly connectionId: string;
  readonly rows: readonly Row[];
}

/** What went between client, gateway and backend. Each arrow is a link to its story. */
export function SequenceDiagram({ connectionId, rows }: SequenceDiagramProps) {
  const events = useMemo(() => rowsOfConnection(rows, connectionId), [rows, connectionId]);
  const [count, setCount] = useState(PAGE);
  const arrows = useMemo(() => sequenceOf(events.slice(-count), connectionId), [events, count, connectionId]);
  if (events.length === 0) {
    return <p class="hint">Nothing is recorded of it: it was opened before the recording began.</p>;
  }
  const hidden = Math.max(0, events.length - count);
  return (
    <section class="sequence" aria-label="Sequence">
      <div class="lifelines" aria-hidden="true">
        <span>client</span>
        <span>gateway</span>
        <span>backend</span>
      </div>
      {hidden === 0 ? null : (
        <button type="button" onClick={() => setCount(count + PAGE)}>
          Show {Math.min(hidden, PAGE)} of {hidden} earlier events
        </button>
      )}
      <ol class="arrows">
        {arrows.map((arrow) => (
          <li key={arrow.key}>
            <ArrowLink arrow={arrow} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function ArrowLink({ arrow: { eventId, from, to, atMs, text, state } }: { readonly arrow: Arrow }) {
  return (
    <a class={`arrow ${from}-${to} ${state ?? ''}`} href={hrefOf('timeline', String(eventId))}>
      <span class="at">{(atMs / 1_000).toFixed(3)}</span>
      <span class="shaft">
        <span class="hidden-text">
          {from} to {to}:{' '}
        </span>
        <span class="arrow-text" title={text}>
          {state === 'lost' ? '✕ ' : ''}
          {text}
        </span>
      </span>
    </a>
  );
}
