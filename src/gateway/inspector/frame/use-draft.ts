import { useState } from 'preact/hooks';

/** By key, while the page is open: they outlive the views. */
const drafts = new Map<string, unknown>();

/**
 * A value that the user has entered. It is kept while other views are shown, and is lost with the page.
 *
 * @param key the same for the whole life of the component
 */
export function useDraft<T>(key: string, initial: T): readonly [T, (value: T) => void] {
  const [value, setValue] = useState(() => (drafts.has(key) ? (drafts.get(key) as T) : initial));
  const change = (next: T) => {
    drafts.set(key, next);
    setValue(() => next);
  };
  return [value, change];
}
