import { durationText, outcomeText } from '../../../story/event-text.js';
import { shortId } from '../../../story/short-id.js';
import { hrefOf } from '../../frame/address.js';
import { type Row } from '../../records/timeline.js';

const SHOWN = 20;

/** What followed from the last move of the clock or the last change of the faults. */
export function Effects({ rows }: { readonly rows: readonly Row[] }) {
  const start = rows.findLastIndex(({ event }) => event.type === 'clock' || event.type === 'faults');
  const command = rows[start];
  if (command === undefined) return null;
  const effects = rows.slice(start + 1).filter(isEffect);
  const closed = effects.filter(({ event }) => event.type === 'close').length;
  return (
    <section class="card" aria-labelledby="effects-title">
      <h2 id="effects-title">What followed</h2>
      <p role="status">
        Since <a href={hrefOf('timeline', String(command.event.id))}>{command.subject}</a>: {closed}{' '}
        {closed === 1 ? 'connection' : 'connections'} closed, {effects.length - closed} other{' '}
        {effects.length - closed === 1 ? 'event' : 'events'} with a fault or a failure.
      </p>
      <ul class="effects">
        {effects.slice(-SHOWN).map(({ event, subject }) => (
          <li key={event.id}>
            <a href={hrefOf('timeline', String(event.id))}>
              +{durationText(Math.max(0, event.startedMs - command.event.startedMs))} {event.type}{' '}
              {event.connectionId && shortId(event.connectionId)} {event.outcome.status} {outcomeText(event)}{' '}
              {subject}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const isEffect = ({ event, hasFailed }: Row) =>
  event.type === 'close' || hasFailed || event.steps.some(({ step }) => step === 'fault');
