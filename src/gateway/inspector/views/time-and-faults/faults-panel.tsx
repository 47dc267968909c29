import { useEffect, useState } from 'preact/hooks';
import { type FaultSettings } from '../../../faults.js';
import { callGateway } from '../../api.js';
import { Problem } from '../../frame/problem.js';
import { useCommand } from '../../frame/use-command.js';
import { type Row } from '../../records/timeline.js';
import { type FaultFields, fieldsOf, NO_FAULTS, settingsOf } from './fault-fields.js';

/** The faults that the gateway injects. */
export function FaultsPanel({ rows }: { readonly rows: readonly Row[] }) {
  const [settings, setSettings] = useState<FaultSettings>({});
  const [fields, setFields] = useState(NO_FAULTS);
  const { isRunning, error, run } = useCommand();
  const changed = rows.findLast(({ event }) => event.type === 'faults')?.event.id;
  const show = (next: FaultSettings) => {
    setSettings(next);
    setFields(fieldsOf(next));
  };
  useEffect(() => run(async () => show(await callGateway<FaultSettings>('faults'))), [changed]);
  const set = <K extends keyof FaultFields>(name: K, value: FaultFields[K]) =>
    setFields((before) => ({ ...before, [name]: value }));
  const number = (name: keyof FaultFields, unit: string, max: number) => (
    <>
      <input
        type="number"
        min={0}
        max={max}
        step="any"
        value={fields[name]}
        onInput={({ currentTarget }) => set(name, currentTarget.value)}
      />{' '}
      {unit}
    </>
  );
  const names = Object.keys(settings).filter((name) => !['seed', 'route', 'connectionId'].includes(name));
  return (
    <section class="panel" aria-labelledby="faults-title">
      <h2 id="faults-title">Faults</h2>
      <p role="status">
        {names.length === 0
          ? 'No fault is injected.'
          : `Injected now: ${names.join(', ')}. Seed ${settings.seed}.`}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(async () =>
            show(await callGateway<FaultSettings>('faults', { method: 'PUT', body: settingsOf(fields) })),
          );
        }}
      >
        <fieldset>
          <legend>Posts of the backend to @connections</legend>
          <div class="fields">
            <label>Throttled with 429: {number('throttle', '%', 100)}</label>
            <label>Latency: {number('callbackLatencyMs', 'ms', 29_000)}</label>
          </div>
        </fieldset>
        <fieldset>
          <legend>Calls of integrations</legend>
          <div class="fields">
            <label>Fail: {number('integrationFailure', '%', 100)}</label>
            <label>Latency: {number('integrationLatencyMs', 'ms', 29_000)}</label>
            <label>
              VPC links down:{' '}
              <input
                value={fields.vpcLinkDown}
                placeholder="ids, or *"
                onInput={({ currentTarget }) => set('vpcLinkDown', currentTarget.value)}
              />
            </label>
            <label>
              Only for the route{' '}
              <input
                value={fields.route}
                placeholder="$default"
                onInput={({ currentTarget }) => set('route', currentTarget.value)}
              />
            </label>
          </div>
        </fieldset>
        <fieldset>
          <legend>The end of a connection</legend>
          <label>
            $disconnect is called{' '}
            <select
              value={fields.disconnect}
              onChange={({ currentTarget }) =>
                set('disconnect', currentTarget.value as FaultFields['disconnect'])
              }
            >
              <option value="">once</option>
              <option value="drop">not at all</option>
              <option value="duplicate">twice</option>
            </select>
          </label>
        </fieldset>
        <div class="fields">
          <label>
            All faults only for the connection{' '}
            <input
              value={fields.connectionId}
              onInput={({ currentTarget }) => set('connectionId', currentTarget.value)}
            />
          </label>
          <label>
            Seed{' '}
            <input
              type="number"
              min={0}
              value={fields.seed}
              placeholder="random"
              onInput={({ currentTarget }) => set('seed', currentTarget.value)}
            />
          </label>
        </div>
        <div class="fields">
          <button class="primary" disabled={isRunning}>
            Inject
          </button>
          <button
            type="button"
            disabled={isRunning || names.length === 0}
            onClick={() => run(async () => show(await callGateway('faults', { method: 'DELETE' })))}
          >
            Remove all faults
          </button>
        </div>
      </form>
      <Problem error={error} />
    </section>
  );
}
