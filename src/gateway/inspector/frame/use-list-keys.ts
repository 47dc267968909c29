import { useShortcuts } from './shortcuts.js';
import { select } from './use-address.js';

interface ListKeys {
  /** The view whose address has the selection. */
  readonly view: string;
  /** Of the rows, in their order. */
  readonly keys: () => readonly string[];
  readonly selected: string | undefined;
  /** Ids of the elements that take the focus. */
  readonly listId: string;
  readonly detailId: string;
}

/** The keys of a list with a detail: next, previous, into the detail, and out of it. */
export function useListKeys({ view, keys, selected, listId, detailId }: ListKeys): void {
  const move = (by: 1 | -1) => {
    const all = keys();
    const index = selected === undefined ? -1 : all.indexOf(selected);
    const next = index < 0 ? (by > 0 ? 0 : all.length - 1) : index + by;
    const key = all[Math.min(Math.max(next, 0), all.length - 1)];
    if (key !== undefined) select(view, key);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => document.getElementById(detailId)?.focus(),
    Escape: () => {
      select(view);
      document.getElementById(listId)?.focus();
    },
  });
}
