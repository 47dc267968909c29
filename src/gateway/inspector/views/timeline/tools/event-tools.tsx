import { useMemo, useState } from 'preact/hooks';
import { type Row } from '../../../records/timeline.js';
import { CopyPanel } from './copy-panel.js';
import { ReplayPanel } from './replay-panel.js';
import { replayParts } from './replay-parts.js';
import { takeAlong } from '../../../../take-along/take-along.js';

interface EventToolsProps {
  readonly row: Row;
  readonly rows: readonly Row[];
}

/** What can be done with an event: send it again, and take it along. */
export function EventTools({ row: { event }, rows }: EventToolsProps) {
  const [open, setOpen] = useState<'replay' | 'copy' | undefined>(undefined);
  const handshake = useMemo(
    () =>
      rows.find(({ event: each }) => each.type === 'handshake' && each.connectionId === event.connectionId)
        ?.event,
    [rows, event],
  );
  const copies = takeAlong(event, { gatewayUrl: location.origin, handshake });
  const parts = replayParts(event);
  if (copies.length === 0 && parts.length === 0) return null;
  const toggle = (panel: 'replay' | 'copy') => setOpen(open === panel ? undefined : panel);
  return (
    <div class="tools">
      <div class="buttons">
        {parts.length === 0 ? null : (
          <button type="button" aria-expanded={open === 'replay'} onClick={() => toggle('replay')}>
            Replay
          </button>
        )}
        {copies.length === 0 ? null : (
          <button type="button" aria-expanded={open === 'copy'} onClick={() => toggle('copy')}>
            Copy as
          </button>
        )}
      </div>
      {open === 'copy' ? <CopyPanel copies={copies} /> : null}
      {open === 'replay' ? <ReplayPanel event={event} parts={parts} /> : null}
    </div>
  );
}
