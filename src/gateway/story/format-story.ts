import { type GatewayEvent, type RequestParameter } from '../recorder/gateway-event.js';
import { awsNotes } from './aws-notes.js';
import { bodyLine, durationText, outcomeText, visibleControls } from './event-text.js';
import { describeStep } from './step-text.js';

/** The story of an event as text: one line for the event, one for each step, and AWS's traps. */
export function formatStory(event: GatewayEvent): string {
  const { time, type, connectionId, routeKey, durationMs, outcome } = event;
  const head = [
    time.slice(11, 23),
    type,
    ...(connectionId === undefined ? [] : [connectionId]),
    ...(routeKey === undefined ? [] : [routeKey]),
    ...(outcome.status === undefined ? [] : [outcome.status]),
    durationText(durationMs),
    outcomeText(event),
  ].join('  ');
  const lines = [
    ...event.steps.flatMap((step) => {
      const { title, text, parameters = [], body } = describeStep(step);
      return [
        line(title, text),
        ...parameters.map((parameter) => line('', parameterText(parameter))),
        ...(body === undefined || body.bytes === 0 ? [] : [line('', bodyLine(body))]),
      ];
    }),
    ...awsNotes(event).map(({ rule, text, section }) =>
      line('on AWS', `${text} [${rule}; docs/troubleshooting.md, ${section}]`),
    ),
  ];
  return [head, ...lines].map((each) => `${visibleControls(each).trimEnd()}\n`).join('');
}

const line = (title: string, text: string) => `    ${title.padEnd(TITLE_WIDTH)}${text}`;

/** Of `client response`, with a space on either side. */
const TITLE_WIDTH = 17;

const parameterText = ({ destination, source, values, whyEmpty }: RequestParameter) =>
  values.length === 0
    ? `${destination} is empty, from ${source}${whyEmpty === undefined ? '' : `: ${whyEmpty}`}`
    : `${destination} = ${values.join(', ')}, from ${source}`;
