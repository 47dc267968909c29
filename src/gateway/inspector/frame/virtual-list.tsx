import { type ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows above and below the visible ones, so that scrolling shows no gap. */
const OVERSCAN = 12;

interface VirtualListProps<T> {
  /** Of the element, to move the focus there. */
  readonly id: string;
  readonly label: string;
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string | number;
  /** The height of a row, which its style has as well. */
  readonly rowPx: number;
  readonly selectedKey: string | number | undefined;
  readonly onSelect: (item: T) => void;
  /** Class names of a row. */
  readonly classOf: (item: T, index: number) => string;
  readonly children: (item: T) => ComponentChildren;
}

/** Rows, of which only the visible ones are in the document. While its end is visible, it follows new rows. */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { id, label, items, keyOf, rowPx, selectedKey } = props;
  const list = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  const [view, setView] = useState({ top: 0, height: 800 });
  const measure = () => {
    // a scroll event may follow the removal of the list
    if (list.current === null) return;
    const { scrollTop, clientHeight, scrollHeight } = list.current;
    isFollowing.current = scrollTop + clientHeight >= scrollHeight - rowPx;
    setView({ top: scrollTop, height: clientHeight });
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (isFollowing.current && selectedKey === undefined) list.current!.scrollTop = items.length * rowPx;
  }, [items, selectedKey]);
  const selectedIndex =
    selectedKey === undefined ? -1 : items.findIndex((item) => keyOf(item) === selectedKey);
  useLayoutEffect(() => {
    if (selectedIndex < 0) return;
    const { scrollTop, clientHeight } = list.current!;
    const top = selectedIndex * rowPx;
    if (top < scrollTop) list.current!.scrollTop = top;
    else if (top + rowPx > scrollTop + clientHeight) list.current!.scrollTop = top + rowPx - clientHeight;
  }, [selectedKey, selectedIndex]);

  const first = Math.max(0, Math.floor(view.top / rowPx) - OVERSCAN);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowPx) + OVERSCAN);
  return (
    <div
      id={id}
      class="rows"
      ref={list}
      onScroll={measure}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={selectedIndex < 0 ? undefined : rowId(id, selectedKey!)}
    >
      <div class="space" role="presentation" style={{ height: `${items.length * rowPx}px` }}>
        {items.slice(first, last).map((item, offset) => {
          const key = keyOf(item);
          return (
            <div
              key={key}
              id={rowId(id, key)}
              class={`row ${props.classOf(item, first + offset)}`}
              role="option"
              aria-selected={key === selectedKey}
              aria-setsize={items.length}
              aria-posinset={first + offset + 1}
              style={{ top: `${(first + offset) * rowPx}px`, height: `${rowPx}px` }}
              onClick={() => props.onSelect(item)}
            >
              {props.children(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const rowId = (listId: string, key: string | number) => `${listId}-${key}`;
