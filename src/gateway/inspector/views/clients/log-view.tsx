import { useLayoutEffect, useRef } from 'preact/hooks';
import { type LogLine } from '../../clients/frame-log.js';
import { hrefOf } from '../../frame/address.js';

interface LogViewProps {
  readonly lines: readonly LogLine[];
  readonly onClear: () => void;
}

/** What the client has sent and received, each with a link to its story. */
export function LogView({ lines, onClear }: LogViewProps) {
  const end = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    end.current!.scrollTop = end.current!.scrollHeight;
  }, [lines]);
  return (
    <section class="log" aria-label="Log">
      <div class="editor-head">
        <h3>Log</h3>
        <button type="button" class="plain" onClick={onClear} disabled={lines.length === 0}>
          Clear log
        </button>
      </div>
      <div class="log-lines" ref={end} tabIndex={0} role="group" aria-label="Log lines">
        {lines.length === 0 ? <p class="hint">Connect, then send a message.</p> : null}
        <ol>
          {lines.map(({ id, kind, at, text, eventId }) => (
            <li key={id} class={`line-${kind}`}>
              <span class="time">{at.toISOString().slice(11, 23)}</span>
              <span class="direction">{DIRECTIONS[kind]}</span>
              <span class="text">{text}</span>
              {eventId === undefined ? null : <a href={hrefOf('timeline', String(eventId))}>story</a>}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

const DIRECTIONS: Readonly<Record<LogLine['kind'], string>> = { out: 'sent', in: 'received', state: '' };
