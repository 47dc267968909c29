import { useMemo } from 'preact/hooks';
import { type RowHead, RowHeads } from '../../frame/row-heads.js';
import { VirtualList } from '../../frame/virtual-list.js';
import { causeOf } from '../../records/posts.js';
import { type Row } from '../../records/timeline.js';
import { durationText } from '../../../story/event-text.js';
import { shortId } from '../../../story/short-id.js';

const ROW_PX = 26;

interface RowListProps {
  readonly rows: readonly Row[];
  readonly selectedId: number | undefined;
  readonly onSelect: (id: number) => void;
}

/** One row for each event. */
export function RowList({ rows, selectedId, onSelect }: RowListProps) {
  return (
    <>
      {rows.length === 0 ? null : <RowHeads rowClass="event" heads={HEADS} />}
      <VirtualList
        id="rows"
        label="Events"
        items={rows}
        keyOf={({ event }) => event.id}
        rowPx={ROW_PX}
        selectedKey={selectedId}
        onSelect={({ event }) => onSelect(event.id)}
        classOf={({ hasFailed }, index) =>
          `event${hasFailed ? ' failed' : ''}${causeOf(rows, index) ? ' nested' : ''}`
        }
      >
        {(row) => <Cells row={row} />}
      </VirtualList>
    </>
  );
}

const HEADS: readonly RowHead[] = [
  ['time', 's since start', 'seconds since the gateway started'],
  ['kind', 'event'],
  ['connection', 'client', 'the first characters of the connection id'],
  ['route', 'route'],
  ['subject', 'what happened'],
  ['note-head', ''],
  ['status', 'status'],
  ['duration', 'duration'],
];

/** A row does not change, so that it is rendered once while it is visible. */
const Cells = ({ row }: { readonly row: Row }) => useMemo(() => renderCells(row), [row]);

function renderCells({ event, subject, hasFailed, notes }: Row) {
  const { type, time, startedMs, durationMs, connectionId, routeKey, outcome } = event;
  return (
    <>
      <span class="time" title={time}>
        {(startedMs / 1_000).toFixed(3)}
      </span>
      <span class="kind">{KIND_TEXTS[type] ?? type}</span>
      <span class="connection" title={connectionId}>
        {connectionId && shortId(connectionId)}
      </span>
      <span class="route" title={routeKey}>
        {routeKey}
      </span>
      <span class="subject">{subject}</span>
      <span class="note" title={notes.map(({ title }) => title).join(', ')}>
        {noteText(notes)}
      </span>
      <span class="status">{outcome.status ?? (hasFailed ? 'failed' : '')}</span>
      <span class="duration">{durationText(durationMs)}</span>
    </>
  );
}

/** The first note, and the number of the others. */
const noteText = ([first, ...others]: Row['notes']) =>
  first && (others.length === 0 ? first.title : `${first.title} +${others.length}`);

/** Where the type's name is too long for its column. */
const KIND_TEXTS: Readonly<Record<string, string>> = { http_request: 'HTTP' };
