import { type TimelineFilter } from '../../records/timeline.js';

interface FilterBarProps {
  readonly filter: TimelineFilter;
  readonly onChange: (filter: TimelineFilter) => void;
  readonly shown: number;
  readonly all: number;
}

const KINDS = [
  'handshake',
  'message',
  'close',
  'callback',
  'http_request',
  'request',
  'control',
  'clock',
  'faults',
];

export function FilterBar({ filter, onChange, shown, all }: FilterBarProps) {
  return (
    <form class="filter" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        id="filter"
        type="search"
        aria-label="Filter"
        title="Words, or kind: route: connection: status:"
        placeholder="words, route:$default status:4"
        autocomplete="off"
        spellcheck={false}
        value={filter.text}
        onInput={({ currentTarget }) => onChange({ ...filter, text: currentTarget.value })}
      />
      <select
        aria-label="Kind"
        value={filter.kind}
        onChange={({ currentTarget }) => onChange({ ...filter, kind: currentTarget.value })}
      >
        <option value="">all kinds</option>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {kind}
          </option>
        ))}
      </select>
      <button
        type="button"
        aria-pressed={filter.onlyFailed}
        onClick={() => onChange({ ...filter, onlyFailed: !filter.onlyFailed })}
      >
        Failed
      </button>
      <button
        type="button"
        aria-pressed={filter.onlyNoted}
        title="Events that meet a trap of API Gateway"
        onClick={() => onChange({ ...filter, onlyNoted: !filter.onlyNoted })}
      >
        AWS traps
      </button>
      <output>{shown === all ? all : `${shown} of ${all}`}</output>
    </form>
  );
}
