import { type ComponentChildren } from 'preact';
import {
  type GatewayEvent,
  type HeaderList,
  type RequestParameter,
  type Step,
} from '../../../recorder/gateway-event.js';
import { durationText, outcomeText } from '../../../story/event-text.js';
import { describeStep } from '../../../story/step-text.js';
import { traceIdOf } from '../../../story/trace-id.js';
import { hrefOf } from '../../frame/address.js';
import { type Fact, Facts } from '../../frame/facts.js';
import { BodyView } from '../../frame/body-view.js';
import { Dotted } from '../../frame/dotted.js';
import { EventTools } from './tools/event-tools.js';
import { hasRefusedPost, type Row } from '../../records/timeline.js';
import { PostList } from './post-list.js';

interface StoryProps {
  readonly row: Row;
  /** Those that began while it was in flight. */
  readonly posts: readonly Row[];
  /** That of its connection, if it is recorded. */
  readonly handshake: GatewayEvent | undefined;
  /** Of a post: the event during which it was sent. */
  readonly cause: GatewayEvent | undefined;
  readonly onClose: () => void;
}

/** What happened to one event, step by step. */
export function Story({ row, posts, handshake, cause, onClose }: StoryProps) {
  const { event, notes, hasFailed, headline } = row;
  const { time, type, durationMs, connectionId, routeKey, requestId, apiId, stage } = event;
  const facts: readonly Fact[] = [
    ['time', time],
    ['duration', durationText(durationMs)],
    ['connection', connectionId, linkToConnection(event)],
    ['posted during', cause && `${cause.type} ${cause.routeKey ?? ''}`, cause && linkTo(cause)],
    ['API, stage', apiId && [apiId, stage].filter(Boolean).join(', ')],
    ['request', requestId],
    ['trace', traceIdOf(event)],
  ];
  const postList = posts.length === 0 ? null : <PostList posts={posts} startedMs={event.startedMs} />;
  // posts come between the request to the backend and its response
  const callIndex = event.steps.findIndex(({ step }) => step === 'integration_request');
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
        {event.outcome.status} {headline}
      </p>
      <Facts facts={facts} />
      <EventTools key={event.id} event={event} handshake={handshake} />
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
          <StepView key={index} step={step} sameAs={sameBody(event.steps, index)}>
            {index === callIndex ? postList : null}
          </StepView>
        ))}
        <li class={hasFailed ? 'end failed' : 'end'}>
          <h3>outcome</h3> <span class="step-text">{outcomeText(event)}</span>
          {callIndex < 0 ? postList : null}
        </li>
      </ol>
    </article>
  );
}

function outcomeClass(row: Row): string {
  if (row.hasFailed) return 'outcome failed';
  return row.notes.length > 0 || hasRefusedPost(row) ? 'outcome noted' : 'outcome';
}

const linkTo = ({ id }: GatewayEvent) => hrefOf('timeline', String(id));

/** `@connections` responds with 400 to an id of which there is no connection. */
const linkToConnection = ({ type, connectionId, outcome }: GatewayEvent) =>
  connectionId === undefined || (type === 'callback' && outcome.status === 400)
    ? undefined
    : hrefOf('connections', connectionId);

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
  /** What happened meanwhile. */
  readonly children: ComponentChildren;
}

function StepView({ step, sameAs, children }: StepViewProps) {
  const { title, text, hasFailed, headers = [], parameters = [], body } = describeStep(step);
  return (
    <li class={hasFailed === true ? 'failed' : ''}>
      <h3>{title}</h3> <span class="step-text">{text}</span>
      {parameters.length === 0 ? null : <Parameters parameters={parameters} />}
      {headers.length === 0 ? null : (
        <Headers headers={headers} isOpen={step.step === 'integration_request'} />
      )}
      {sameAs === undefined ? null : <p class="same">the same body as in step {sameAs}, unmodified</p>}
      {body === undefined || body.bytes === 0 || sameAs !== undefined ? null : <BodyView body={body} />}
      {children}
    </li>
  );
}

function Parameters({ parameters }: { readonly parameters: readonly RequestParameter[] }) {
  return (
    <div class="scroll mappings" tabIndex={0} role="region" aria-label="Mappings">
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
              <td>
                <Dotted text={destination.replace('integration.request.', '')} />
              </td>
              <td class={values.length === 0 ? 'missing' : ''}>
                {values.length === 0
                  ? `not sent${whyEmpty === undefined ? '' : `: ${whyEmpty}`}`
                  : values.join(', ')}
              </td>
              <td>
                <Dotted text={source} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadersProps {
  readonly headers: HeaderList;
  readonly isOpen: boolean;
}

function Headers({ headers, isOpen }: HeadersProps) {
  return (
    <details open={isOpen}>
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
