import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type GatewayEvent } from '../recorder/gateway-event.js';
import { EmptyTimeline } from './empty-timeline.js';
import { type FeedState, readFeed } from './event-feed.js';
import { FilterBar } from './filter-bar.js';
import { RowList } from './row-list.js';
import { Story } from './story.js';
import { ThemeButton } from './theme-button.js';
import { addEvents, filterRows, NO_FILTER, type Row } from './timeline.js';

/** The inspector: the timeline, and the story of the selected event. */
export function App() {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [feed, setFeed] = useState<FeedState>({ kind: 'connecting' });
  const [filter, setFilter] = useState(NO_FILTER);
  const [selectedId, select] = useSelectedId();
  const [isPaused, setPaused] = useState(false);
  const [waiting, setWaiting] = useState(0);
  const paused = useRef<GatewayEvent[] | undefined>(undefined);

  useEffect(
    () =>
      readFeed({
        onState: setFeed,
        onEvents(events) {
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
  const clear = () => {
    setRows([]);
    select(undefined);
  };

  const shown = useMemo(() => filterRows(rows, filter), [rows, filter]);
  const selected = useMemo(() => rows.find(({ event }) => event.id === selectedId), [rows, selectedId]);
  const move = (by: number) => {
    const index = shown.findIndex(({ event }) => event.id === selectedId);
    const next = index < 0 ? (by > 0 ? 0 : shown.length - 1) : index + by;
    const row = shown[Math.min(Math.max(next, 0), shown.length - 1)];
    if (row !== undefined) select(row.event.id);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => document.querySelector<HTMLElement>('#story')?.focus(),
    Escape: () => {
      select(undefined);
      document.querySelector<HTMLElement>('#rows')?.focus();
    },
    '/': () => document.querySelector<HTMLElement>('#filter')?.focus(),
    p: togglePause,
  });

  return (
    <div class={selected === undefined ? 'page' : 'page has-story'}>
      <header>
        <h1>Inspector</h1>
        <State feed={feed} isPaused={isPaused} waiting={waiting} />
        <div class="actions">
          <button type="button" aria-pressed={isPaused} onClick={togglePause}>
            {isPaused ? 'Resume' : 'Pause'}
          </button>
          <button type="button" onClick={clear} disabled={rows.length === 0}>
            Clear
          </button>
          <ThemeButton />
        </div>
      </header>
      <main>
        <section class="timeline" aria-label="Timeline">
          <FilterBar filter={filter} onChange={setFilter} shown={shown.length} all={rows.length} />
          {feed.kind === 'refused' ? <p class="problem">{feed.detail}</p> : null}
          {rows.length === 0 && feed.kind !== 'refused' ? <EmptyTimeline /> : null}
          {rows.length > 0 && shown.length === 0 ? (
            <div class="empty">
              <h2>No event matches the filter</h2>
              <button type="button" onClick={() => setFilter(NO_FILTER)}>
                Show all {rows.length}
              </button>
            </div>
          ) : null}
          <RowList rows={shown} selectedId={selectedId} onSelect={select} />
        </section>
        <section class="detail" id="story" tabIndex={-1} aria-label="Story">
          {selected === undefined ? (
            <p class="hint">Select an event to see its story, step by step.</p>
          ) : (
            <Story row={selected} rows={rows} onSelect={select} onClose={() => select(undefined)} />
          )}
        </section>
      </main>
      <footer aria-hidden="true">
        <span>
          <kbd>j</kbd> <kbd>k</kbd> next, previous
        </span>
        <span>
          <kbd>Enter</kbd> story
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
        <span>
          <kbd>/</kbd> filter
        </span>
        <span>
          <kbd>p</kbd> pause
        </span>
      </footer>
    </div>
  );
}

interface StateProps {
  readonly feed: FeedState;
  readonly isPaused: boolean;
  readonly waiting: number;
}

function State({ feed, isPaused, waiting }: StateProps) {
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

/** The id is in the address, so that a link leads to the event. */
function useSelectedId(): readonly [number | undefined, (id: number | undefined) => void] {
  const [id, setId] = useState(readId);
  useEffect(() => {
    const update = () => setId(readId());
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  const select = (next: number | undefined) => {
    history.replaceState(null, '', next === undefined ? location.pathname : `#event-${next}`);
    setId(next);
  };
  return [id, select];
}

function readId(): number | undefined {
  const [, id] = location.hash.match(/^#event-(\d+)$/) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** Shortcuts do not apply in fields; Escape leaves a field. */
function useShortcuts(shortcuts: Readonly<Record<string, () => void>>): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const shortcut = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (shortcut === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (target.matches('input, select, textarea')) {
        if (event.key === 'Escape') target.blur();
        return;
      }
      // Enter presses the button that has the focus, and arrows scroll a story
      if (event.key === 'Enter' && target.matches('button, a, summary')) return;
      if (event.key.startsWith('Arrow') && target.closest('#story') !== null) return;
      event.preventDefault();
      shortcut();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
