import { useEffect, useState } from 'preact/hooks';
import { LIMITS } from '../../../limits.js';
import { callGateway } from '../../api.js';
import { Problem } from '../../frame/problem.js';
import { useCommand } from '../../frame/use-command.js';
import { type Row } from '../../records/timeline.js';

/** The moves that most tests need: AWS's two timeouts of a connection. */
const MOVES = [
  { text: 'To the idle timeout: 10 min', advanceMs: LIMITS.idleMs },
  { text: 'To the longest connection: 2 h', advanceMs: LIMITS.connectionMs },
];

/** The gateway's clock. It can be moved forward; a reset of the gateway sets it back. */
export function TimePanel({ rows }: { readonly rows: readonly Row[] }) {
  const [now, setNow] = useState<string | undefined>(undefined);
  const [custom, setCustom] = useState('30s');
  const [isResetting, setResetting] = useState(false);
  const { isRunning, error, run } = useCommand();
  const moved = rows.findLast(({ event }) => event.type === 'clock')?.event.id;
  const read = async () => setNow((await callGateway<Clock>('clock')).now);
  useEffect(() => run(read), [moved]);
  const advance = (body: object) =>
    run(async () => setNow((await callGateway<Clock>('clock', { method: 'POST', body })).now));
  const reset = () =>
    run(async () => {
      setResetting(false);
      setNow((await callGateway<Clock>('reset', { method: 'POST', body: {} })).now);
    });
  return (
    <section class="panel" aria-labelledby="time-title">
      <h2 id="time-title">Time</h2>
      <p>
        The gateway’s time is <strong>{now?.replace('T', ' ').replace(/\.\d+Z$/, ' UTC') ?? '…'}</strong>. All
        that becomes due happens, in order.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          advance({ advance: custom });
        }}
      >
        <div class="fields">
          {MOVES.map(({ text, advanceMs }) => (
            <button key={text} type="button" disabled={isRunning} onClick={() => advance({ advanceMs })}>
              {text}
            </button>
          ))}
        </div>
        <div class="fields">
          <label>
            By{' '}
            <input
              size={8}
              value={custom}
              title="A number with the unit ms, s, m, h or d"
              onInput={({ currentTarget }) => setCustom(currentTarget.value)}
            />
          </label>
          <button disabled={isRunning}>Move forward</button>
        </div>
      </form>
      <div class="fields reset">
        {isResetting ? (
          <>
            <span>Close all connections, remove the faults, forget all events and set the clock back?</span>
            <button type="button" class="primary" onClick={reset}>
              Reset
            </button>
            <button type="button" onClick={() => setResetting(false)}>
              Cancel
            </button>
          </>
        ) : (
          <button type="button" disabled={isRunning} onClick={() => setResetting(true)}>
            Reset the gateway …
          </button>
        )}
      </div>
      <Problem error={error} />
    </section>
  );
}

interface Clock {
  readonly now: string;
}
