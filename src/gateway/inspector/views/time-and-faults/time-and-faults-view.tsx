import { type View, type ViewProps } from '../view.js';
import { Effects } from './effects.js';
import { FaultsPanel } from './faults-panel.js';
import { TimePanel } from './time-panel.js';

export const TIME_AND_FAULTS: View = {
  name: 'time-and-faults',
  title: 'Time and faults',
  keys: [],
  Content: TimeAndFaults,
};

/** Moves the gateway's clock, injects faults, and shows what follows. */
function TimeAndFaults({ records: { rows } }: ViewProps) {
  return (
    <div class="panels">
      <TimePanel rows={rows} />
      <FaultsPanel rows={rows} />
      <Effects rows={rows} />
    </div>
  );
}
