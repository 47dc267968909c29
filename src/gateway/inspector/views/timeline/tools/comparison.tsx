import { type GatewayEvent } from '../../../../recorder/gateway-event.js';
import { compareEvents, type ComparedStep, isSame } from '../../../../session/compare-events.js';
import { outcomeText } from '../../../../story/event-text.js';
import { hrefOf } from '../../../frame/address.js';

interface ComparisonProps {
  readonly before: GatewayEvent;
  readonly after: GatewayEvent;
  readonly part: 'client' | 'integration';
}

/** Two runs beside each other. A step that differs is marked by a word, with each value that differs. */
export function Comparison({ before, after, part }: ComparisonProps) {
  const steps = compareEvents(sideOf(before, part), sideOf(after, part)).filter(
    // the response to an integration's request alone goes to no client
    ({ title }) => part === 'client' || title !== 'outcome',
  );
  const count = steps.filter((step) => !isSame([step])).length;
  return (
    <section class="comparison" aria-label="Comparison">
      <p role="status">
        {count === 0
          ? 'No step differs'
          : `${count} of ${steps.length} steps ${count === 1 ? 'differs' : 'differ'}`}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">
              <a href={hrefOf('timeline', String(before.id))}>event {before.id}</a>, {outcomeText(before)}
            </th>
            <th scope="col">
              <a href={hrefOf('timeline', String(after.id))}>event {after.id}</a>, {outcomeText(after)}
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, index) => (
            <StepRows key={index} step={step} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function StepRows({ step }: { readonly step: ComparedStep }) {
  const { title, isMissing, differences } = step;
  if (isMissing !== undefined) {
    return (
      <tr class="differs">
        <th scope="row">{title} differs</th>
        <td>{isMissing === 'before' ? 'no such step' : 'happened'}</td>
        <td>{isMissing === 'after' ? 'no such step' : 'happened'}</td>
      </tr>
    );
  }
  if (differences.length === 0) {
    return (
      <tr>
        <th scope="row">{title}</th>
        <td colSpan={2}>same</td>
      </tr>
    );
  }
  return (
    <>
      {differences.map(({ name, before, after }) => (
        <tr key={name} class="differs">
          <th scope="row">
            {title} differs: {name}
          </th>
          <td>{before ?? 'nothing'}</td>
          <td>{after ?? 'nothing'}</td>
        </tr>
      ))}
    </>
  );
}

function sideOf(event: GatewayEvent, part: 'client' | 'integration') {
  const { connectionId, steps } = event;
  const ids = new Map(connectionId === undefined ? [] : [[connectionId, '<connection>']]);
  if (part === 'client') return { event, ids };
  const ofIntegration = steps.filter(({ step }) => INTEGRATION_STEPS.includes(step));
  return { event: { ...event, steps: ofIntegration }, ids };
}

const INTEGRATION_STEPS: readonly string[] = ['integration_request', 'integration_response', 'failure'];
