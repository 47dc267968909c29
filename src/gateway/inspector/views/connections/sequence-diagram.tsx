import { useMemo, useState } from 'preact/hooks';
import { hrefOf } from '../../frame/address.js';
import { type Arrow, sequenceOf } from '../../records/sequence.js';
import { type Row } from '../../records/timeline.js';

/** The number of arrows that are shown at first. */
const PAGE = 200;

interface SequenceDiagramProps {
  readonly connectionId: string;
  readonly rows: readonly Row[];
}

/** What went between client, gateway and backend. Each arrow is a link to its story. */
export function SequenceDiagram({ connectionId, rows }: SequenceDiagramProps) {
  const arrows = useMemo(() => sequenceOf(rows, connectionId), [rows, connectionId]);
  const [count, setCount] = useState(PAGE);
  if (arrows.length === 0) {
    return <p class="hint">Nothing is recorded of it: it was opened before the recording began.</p>;
  }
  const hidden = Math.max(0, arrows.length - count);
  return (
    <section class="sequence" aria-label="Sequence">
      <div class="lifelines" aria-hidden="true">
        <span>client</span>
        <span>gateway</span>
        <span>backend</span>
      </div>
      {hidden === 0 ? null : (
        <button type="button" onClick={() => setCount(count + PAGE)}>
          Show {Math.min(hidden, PAGE)} of {hidden} earlier
        </button>
      )}
      <ol class="arrows">
        {arrows.slice(hidden).map((arrow, index) => (
          <li key={hidden + index}>
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
