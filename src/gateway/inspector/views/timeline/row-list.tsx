import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { durationText } from '../../../story/event-text.js';
import { type Row } from '../../records/timeline.js';

/** In styles.css as well. */
const ROW_PX = 26;
/** Rows above and below the visible ones, so that scrolling shows no gap. */
const OVERSCAN = 12;

interface RowListProps {
  readonly rows: readonly Row[];
  readonly selectedId: number | undefined;
  readonly onSelect: (id: number) => void;
}

/** The rows, of which only the visible ones are in the document. While its end is visible, it follows new rows. */
export function RowList({ rows, selectedId, onSelect }: RowListProps) {
  const list = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const [view, setView] = useState({ top: 0, height: 800 });
  const measure = () => {
    const { scrollTop, clientHeight, scrollHeight } = list.current!;
    isFollowing.current = scrollTop + clientHeight >= scrollHeight - ROW_PX;
    setView({ top: scrollTop, height: clientHeight });
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (isFollowing.current && selectedId === undefined) list.current!.scrollTop = rows.length * ROW_PX;
  }, [rows, selectedId]);
  const selectedIndex = rows.findIndex(({ event }) => event.id === selectedId);
  useLayoutEffect(() => {
    if (selectedIndex < 0) return;
    const { scrollTop, clientHeight } = list.current!;
    const top = selectedIndex * ROW_PX;
    if (top < scrollTop) list.current!.scrollTop = top;
    else if (top + ROW_PX > scrollTop + clientHeight) list.current!.scrollTop = top + ROW_PX - clientHeight;
  }, [selectedId, selectedIndex]);

  const first = Math.max(0, Math.floor(view.top / ROW_PX) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW_PX) + OVERSCAN);
  return (
    <div
      id="rows"
      class="rows"
      ref={list}
      onScroll={measure}
      role="listbox"
      aria-label="Events"
      tabIndex={0}
      aria-activedescendant={selectedIndex < 0 ? undefined : `row-${selectedId}`}
    >
      <div class="space" role="presentation" style={{ height: `${rows.length * ROW_PX}px` }}>
        {rows.slice(first, last).map((row, index) => (
          <RowView
            key={row.event.id}
            row={row}
            index={first + index}
            count={rows.length}
            isSelected={row.event.id === selectedId}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  );
}

interface RowViewProps {
  readonly row: Row;
  readonly index: number;
  readonly count: number;
  readonly isSelected: boolean;
  readonly onSelect: (id: number) => void;
}

function RowView({
  row: { event, subject, hasFailed, notes },
  index,
  count,
  isSelected,
  onSelect,
}: RowViewProps) {
  const { id, type, time, startedMs, durationMs, connectionId, routeKey, outcome } = event;
  const status = outcome.status ?? (hasFailed ? 'failed' : '');
  return (
    <div
      id={`row-${id}`}
      class={`row${hasFailed ? ' failed' : ''}`}
      role="option"
      aria-selected={isSelected}
      aria-setsize={count}
      aria-posinset={index + 1}
      style={{ top: `${index * ROW_PX}px` }}
      onClick={() => onSelect(id)}
    >
      <span class="time" title={time}>
        {(startedMs / 1_000).toFixed(3)}
      </span>
      <span class="kind">{type}</span>
      <span class="connection" title={connectionId}>
        {connectionId?.slice(0, 6)}
      </span>
      <span class="route" title={routeKey}>
        {routeKey}
      </span>
      <span class="subject">{subject}</span>
      <span class="note">{notes[0]?.title}</span>
      <span class="status">{status}</span>
      <span class="duration">{durationText(durationMs)}</span>
    </div>
  );
}
