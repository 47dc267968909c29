import { type HeaderList, type RequestParameter, type Step } from '../../../recorder/gateway-event.js';
import { durationText, outcomeText } from '../../../story/event-text.js';
import { describeStep } from '../../../story/step-text.js';
import { Facts } from '../../frame/facts.js';
import { BodyView } from '../../frame/body-view.js';
import { EventTools } from './tools/event-tools.js';
import { postsDuring, type Row } from '../../records/timeline.js';

interface StoryProps {
  readonly row: Row;
  readonly rows: readonly Row[];
  readonly onSelect: (id: number) => void;
  readonly onClose: () => void;
}

/** What happened to one event, step by step. */
export function Story({ row, rows, onSelect, onClose }: StoryProps) {
  const { event, notes, hasFailed } = row;
  const { time, type, durationMs, connectionId, routeKey, requestId, apiId, stage } = event;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['time', time],
    ['duration', durationText(durationMs)],
    ['connection', connectionId],
    ['API, stage', apiId && [apiId, stage].filter(Boolean).join(', ')],
    ['request', requestId],
  ];
  const posts = postsDuring(rows, row);
  return (
    <article>
      <div class="story-head">
        <h2>
          {type} {routeKey}
        </h2>
        <button type="button" class="close" onClick={onClose}>
          Close
        </button>
      </div>
      <p class={outcomeClass(row)}>
        {event.outcome.status} {outcomeText(event)}
      </p>
      <Facts facts={facts} />
      <EventTools key={event.id} row={row} rows={rows} />
      {notes.map(({ rule, title, text, section }) => (
        <aside key={text} class="aws-note">
          <strong>On AWS: {title}.</strong> {text}{' '}
          <span class="rule">
            {rule}; docs/troubleshooting.md, {section}
          </span>
        </aside>
      ))}
      <ol class="steps">
        {event.steps.map((step, index) => (
          <StepView key={index} step={step} sameAs={sameBody(event.steps, index)} />
        ))}
        <li class={hasFailed ? 'end failed' : 'end'}>
          <h3>outcome</h3> <span class="step-text">{outcomeText(event)}</span>
        </li>
      </ol>
      {posts.length === 0 ? null : (
        <>
          <h3 class="posts">Posts while it was in flight</h3>
          <ul>
            {posts.map(({ event: post, subject }) => (
              <li key={post.id}>
                <button type="button" class="link" onClick={() => onSelect(post.id)}>
                  <span>+{durationText(post.startedMs - event.startedMs)}</span>
                  <span>to {post.connectionId?.slice(0, 6)}</span>
                  <span>{post.outcome.status}</span>
                  <span class="subject">{subject}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </article>
  );
}

const outcomeClass = ({ hasFailed, notes }: Row) =>
  `outcome${hasFailed ? ' failed' : ''}${!hasFailed && notes.length > 0 ? ' noted' : ''}`;

/** The number of the first step before that one with the same body: it was passed on unmodified. */
function sameBody(steps: readonly Step[], index: number): number | undefined {
  const { body } = describeStep(steps[index]!);
  if (body === undefined || body.text.length < MIN_REPEATED) return undefined;
  const first = steps.findIndex((step) => describeStep(step).body?.text === body.text);
  return first < index ? first + 1 : undefined;
}

/** A shorter body is shown again rather than referred to. */
const MIN_REPEATED = 20;

interface StepViewProps {
  readonly step: Step;
  /** The number of an earlier step that shows the same body. */
  readonly sameAs: number | undefined;
}

function StepView({ step, sameAs }: StepViewProps) {
  const { title, text, hasFailed, headers = [], parameters = [], body } = describeStep(step);
  return (
    <li class={hasFailed === true ? 'failed' : ''}>
      <h3>{title}</h3> <span class="step-text">{text}</span>
      {parameters.length === 0 ? null : <Parameters parameters={parameters} />}
      {headers.length === 0 ? null : <Headers headers={headers} />}
      {sameAs === undefined ? null : <p class="same">the same body as in step {sameAs}, unmodified</p>}
      {body === undefined || body.bytes === 0 || sameAs !== undefined ? null : <BodyView body={body} />}
    </li>
  );
}

function Parameters({ parameters }: { readonly parameters: readonly RequestParameter[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th>sent as</th>
          <th>value</th>
          <th>from</th>
        </tr>
      </thead>
      <tbody>
        {parameters.map(({ destination, source, values, whyEmpty }) => (
          <tr key={destination}>
            <td>{destination.replace('integration.request.', '')}</td>
            <td class={values.length === 0 ? 'missing' : ''}>
              {values.length === 0
                ? `not sent${whyEmpty === undefined ? '' : `: ${whyEmpty}`}`
                : values.join(', ')}
            </td>
            <td>{source}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Headers({ headers }: { readonly headers: HeaderList }) {
  return (
    <details>
      <summary>
        {headers.length} {headers.length === 1 ? 'header' : 'headers'}
      </summary>
      <table>
        <tbody>
          {headers.map(([name, value], index) => (
            <tr key={index}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
