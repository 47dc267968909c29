export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
}

interface TabsProps {
  readonly tabs: readonly Tab[];
  readonly selectedId: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** Tabs for the panel `tab-panel`; the arrow keys move between them. */
export function Tabs({ tabs, selectedId, onSelect }: TabsProps) {
  const index = tabs.findIndex(({ id }) => id === selectedId);
  const move = (by: number) => {
    const next = tabs[(index + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    onSelect(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="Clients"
      onKeyDown={({ key }) => {
        if (key === 'ArrowRight') move(1);
        if (key === 'ArrowLeft') move(-1);
      }}
    >
      {tabs.map(({ id, title, note }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-controls="tab-panel"
          aria-selected={id === selectedId}
          tabIndex={id === selectedId ? 0 : -1}
          onClick={() => onSelect(id)}
        >
          {title} {note === undefined ? null : <span class={`tab-note ${note}`}>{note}</span>}
        </button>
      ))}
    </div>
  );
}
