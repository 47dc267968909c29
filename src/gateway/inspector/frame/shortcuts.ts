import { useEffect, useRef } from 'preact/hooks';

/**
 * Calls a function when its key is pressed. Keys do not apply in fields, in dialogs and together with Ctrl, Alt or Meta; Escape leaves a field.
 *
 * @param shortcuts by `KeyboardEvent.key`
 */
export function useShortcuts(shortcuts: Readonly<Record<string, () => void>>): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const shortcut = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (shortcut === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || !(event.target instanceof HTMLElement) || !isFree(event, event.target))
        return;
      event.preventDefault();
      shortcut();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** Whether the element that has the focus does not use the key itself. */
function isFree({ key }: KeyboardEvent, target: HTMLElement): boolean {
  if (target.closest('dialog') !== null) return false;
  if (target.matches('input, select, textarea')) {
    if (key === 'Escape') target.blur();
    return false;
  }
  // Enter presses the button that has the focus, and arrows scroll a detail or move between tabs
  if (key === 'Enter' && target.matches('button, a, summary')) return false;
  return !(key.startsWith('Arrow') && target.closest('.detail, [role="tablist"]') !== null);
}
