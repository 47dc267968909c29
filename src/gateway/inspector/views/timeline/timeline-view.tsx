import { useMemo, useState } from 'preact/hooks';
import { useShortcuts } from '../../frame/shortcuts.js';
import { type GatewayEvent } from '../../../recorder/gateway-event.js';
import { select } from '../../frame/use-address.js';
import { useListKeys } from '../../frame/use-list-keys.js';
import { causeOf, postsDuring } from '../../records/posts.js';
import { filterRows, NO_FILTER, type Row } from '../../records/timeline.js';
import { type View, type ViewProps } from '../view.js';
import { EmptyTimeline } from './empty-timeline.js';
import { FilterBar } from './filter-bar.js';
import { RowList } from './row-list.js';
import { Story } from './story.js';

export const TIMELINE: View = {
  name: 'timeline',
  title: 'Timeline',
  keys: [
    { keys: ['j', '↓'], text: 'next event' },
    { keys: ['k', '↑'], text: 'previous event' },
    { keys: ['Enter'], text: 'go to the story' },
    { keys: ['Esc'], text: 'close the story' },
    { keys: ['/'], text: 'filter' },
  ],
  Content: Timeline,
};

/** All events, and the story of the selected one. */
function Timeline({ records: { rows, feed }, path: [id] }: ViewProps) {
  const [filter, setFilter] = useState(NO_FILTER);
  const selectedId = id === undefined ? undefined : Number(id);
  const shown = useMemo(() => filterRows(rows, filter), [rows, filter]);
  const selected = useMemo(() => rows.find(({ event }) => event.id === selectedId), [rows, selectedId]);
  useListKeys({
    view: 'timeline',
    keys: () => shown.map(({ event }) => String(event.id)),
    selected: id,
    listId: 'rows',
    detailId: 'story',
  });
  useShortcuts({ '/': () => document.querySelector<HTMLElement>('#filter')?.focus() });

  return (
    <div class={selected === undefined ? 'split' : 'split has-detail'}>
      <section class="list timeline" aria-label="Timeline">
        <FilterBar filter={filter} onChange={setFilter} shown={shown.length} all={rows.length} />
        {rows.length === 0 && feed.kind !== 'refused' ? <EmptyTimeline /> : null}
        {rows.length > 0 && shown.length === 0 ? (
          <div class="empty">
            <h2>No event matches the filter</h2>
            <button type="button" onClick={() => setFilter(NO_FILTER)}>
              Show all {rows.length}
            </button>
          </div>
        ) : null}
        <RowList rows={shown} selectedId={selectedId} onSelect={selectEvent} />
      </section>
      <section class="detail" id="story" tabIndex={-1} aria-label="Story">
        {selected === undefined ? null : <LiveStory row={selected} rows={rows} />}
      </section>
    </div>
  );
}

/** Renders the story again only when a post or its handshake has come. */
function LiveStory({ row, rows }: { readonly row: Row; readonly rows: readonly Row[] }) {
  const posts = useMemo(() => postsDuring(rows, row), [rows, row]);
  const handshake = useMemo(() => handshakeOf(rows, row.event), [rows, row]);
  const cause = useMemo(() => causeOf(rows, rows.indexOf(row)), [rows, row]);
  const context = { posts, handshake, cause };
  return useMemo(
    () => <Story row={row} {...context} onClose={() => select('timeline')} />,
    [row, posts.length, handshake, cause],
  );
}

function handshakeOf(rows: readonly Row[], { connectionId }: GatewayEvent): GatewayEvent | undefined {
  if (connectionId === undefined) return undefined;
  return rows.find(({ event }) => event.type === 'handshake' && event.connectionId === connectionId)?.event;
}

const selectEvent = (id: number) => select('timeline', String(id));
