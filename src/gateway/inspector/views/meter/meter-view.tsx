import { useEffect, useMemo, useState } from 'preact/hooks';
import { monthlyCost, usageOf } from '../../../meter/usage.js';
import { PRICE_REGION, PRICES, PRICES_READ_ON } from '../../../prices.js';
import { callGateway } from '../../api.js';
import { Problem } from '../../frame/problem.js';
import { useCommand } from '../../frame/use-command.js';
import { type View, type ViewProps } from '../view.js';

export const METER: View = { name: 'meter', title: 'Meter', keys: [], Content: Meter };

/** What AWS would meter of this session, and what it would cost each month. */
function Meter({ records: { rows } }: ViewProps) {
  const [offsetMs, setOffsetMs] = useState(0);
  const [users, setUsers] = useState('1000');
  const [times, setTimes] = useState('30');
  const { error, run } = useCommand();
  const moved = rows.findLast(({ event }) => event.type === 'clock')?.event.id;
  // open connections last by the gateway's clock
  useEffect(
    () =>
      run(async () => {
        const { now } = await callGateway<{ readonly now: string }>('clock');
        setOffsetMs(Date.parse(now) - Date.now());
      }),
    [moved],
  );
  const usage = useMemo(
    () =>
      usageOf(
        rows.map(({ event }) => event),
        Date.now() + offsetMs,
      ),
    [rows, offsetMs],
  );
  const isEmpty = usage.messagesIn + usage.messagesOut + usage.httpRequests + usage.connections === 0;
  // the session may be that of several users
  const sessions = Math.max(1, usage.connections);
  const factor = (Number(users) * Number(times)) / sessions;
  const lines = monthlyCost(usage, Number.isFinite(factor) && factor >= 0 ? factor : 0);
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  return (
    <div class="cards meter">
      <section class="card" aria-labelledby="usage-title">
        <h2 id="usage-title">Metered in this session</h2>
        <Problem error={error} />
        {isEmpty ? (
          <p class="hint">
            Nothing yet. Send a message from <a href="#/clients">Clients</a>, or connect your own.
          </p>
        ) : null}
        <table>
          <tbody>
            <UsageRow name="messages of clients" value={usage.messagesIn} unit="units of 32 KB" />
            <UsageRow name="messages to clients" value={usage.messagesOut} unit="units of 32 KB" />
            <UsageRow name="connections" value={usage.connections} unit="" />
            <UsageRow
              name="connection minutes"
              value={usage.connectionMinutes}
              unit="by the gateway’s clock"
            />
            <UsageRow name="requests to HTTP APIs" value={usage.httpRequests} unit="units of 512 KB" />
          </tbody>
        </table>
      </section>
      <section class="card" aria-labelledby="cost-title">
        <h2 id="cost-title">What it would cost</h2>
        <form onSubmit={(event) => event.preventDefault()}>
          <div class="line">
            <label>
              Users{' '}
              <input
                type="number"
                min={0}
                value={users}
                onInput={({ currentTarget }) => setUsers(currentTarget.value)}
              />
            </label>
            <label>
              each doing this{' '}
              <input
                type="number"
                min={0}
                value={times}
                onInput={({ currentTarget }) => setTimes(currentTarget.value)}
              />{' '}
              times a month
            </label>
          </div>
        </form>
        <table>
          <thead>
            <tr>
              <th scope="col">each month</th>
              <th scope="col" class="number">
                amount
              </th>
              <th scope="col" class="number">
                US dollars
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ name, amount, dollars }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{numberText(amount)}</td>
                <td class="number">{dollars.toFixed(2)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">total</th>
              <td />
              <td class="number">
                <strong>{total.toFixed(2)}</strong>
              </td>
            </tr>
          </tbody>
        </table>
        <p class="hint">
          {sessions === 1
            ? 'One user does all of this session.'
            : `This session has ${sessions} connections: one user does 1/${sessions} of it.`}{' '}
          API Gateway alone, in {PRICE_REGION}, without the free tier, data transfer and your backend. Prices
          of {PRICES_READ_ON}: {PRICES.message.source}
        </p>
      </section>
    </div>
  );
}

interface UsageRowProps {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const UsageRow = ({ name, value, unit }: UsageRowProps) => (
  <tr>
    <th scope="row">{name}</th>
    <td class="number">{numberText(value)}</td>
    <td>{unit}</td>
  </tr>
);

const numberText = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
