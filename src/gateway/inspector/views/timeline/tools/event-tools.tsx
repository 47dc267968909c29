import { useMemo, useState } from 'preact/hooks';
import { type GatewayEvent } from '../../../../recorder/gateway-event.js';
import { CopyPanel } from './copy-panel.js';
import { ReplayPanel } from './replay-panel.js';
import { replayParts } from './replay-parts.js';
import { takeAlong } from '../../../../take-along/take-along.js';

interface EventToolsProps {
  readonly event: GatewayEvent;
  /** That of the event's connection, if it is known. */
  readonly handshake: GatewayEvent | undefined;
}

/** What can be done with an event: send it again, and take it along. */
export function EventTools({ event, handshake }: EventToolsProps) {
  const [open, setOpen] = useState<'replay' | 'copy' | undefined>(undefined);
  const copies = useMemo(
    () => takeAlong(event, { gatewayUrl: location.origin, handshake }),
    [event, handshake],
  );
  const parts = useMemo(() => replayParts(event), [event]);
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
