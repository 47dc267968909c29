import { type Body, type GatewayEvent, type HeaderList, type Step } from '../recorder/gateway-event.js';
import { describeStep } from '../story/step-text.js';

/** A step as names and values that can be compared: `body.text` → `"hello"`. */
export interface StepFacts {
  readonly title: string;
  readonly facts: ReadonlyMap<string, string>;
}

/** The steps of an event that a comparison looks at: what the backend was sent and what came of it. */
export const factsOf = ({ steps, outcome }: GatewayEvent): readonly StepFacts[] => [
  ...steps.flatMap((step) => {
    const facts = factsOfStep(step);
    return facts === undefined ? [] : [{ title: describeStep(step).title, facts: new Map(facts) }];
  }),
  {
    title: 'outcome',
    facts: new Map([
      ['result', outcome.result],
      ...(outcome.status === undefined ? [] : [['status', String(outcome.status)] as const]),
    ]),
  },
];

type Fact = readonly [name: string, value: string];

/** @returns `undefined` for a step that says nothing about the backend or the client */
function factsOfStep(step: Step): readonly Fact[] | undefined {
  switch (step.step) {
    case 'client_request':
    case 'target':
    case 'clock':
    case 'faults':
      return undefined;
    case 'frame':
    case 'client_frame':
    case 'request_body':
      return bodyFacts(step.body);
    case 'close':
      return [
        ['code', String(step.code)],
        ['reason', step.reason],
      ];
    case 'route':
      return [['route', step.routeKey ?? 'none']];
    case 'signature':
      return [['signature', step.reason ?? step.identity ?? '']];
    case 'lambda_authorizer':
      return [['decision', step.decision ?? 'none'], ...(step.response ? bodyFacts(step.response) : [])];
    case 'jwt_authorizer':
      return [['token', step.reason ?? step.subject ?? '']];
    case 'api_key':
      return [['API key', step.reason ?? step.apiKeyId ?? '']];
    case 'model':
      return [['problem', step.problem ?? 'none']];
    case 'parameters':
      return step.parameters.map(({ destination, values }) => [
        destination,
        values.length === 0 ? 'not sent' : values.join(', '),
      ]);
    case 'template':
      return [['template', `${step.direction} ${step.key}`], ...bodyFacts(step.output)];
    case 'integration_request':
      return requestFacts(step);
    case 'integration_response':
      return [['status', String(step.status)], ...headerFacts(step.headers), ...bodyFacts(step.body)];
    case 'integration_response_key':
      return [['key', step.key]];
    case 'cors':
      return [['allowed origin', step.allowedOrigin ?? 'none']];
    case 'failure':
      return [['reason', step.reason]];
    case 'fault':
      return [['fault', step.fault]];
    case 'client_response':
      return [
        ['status', String(step.status)],
        ...headerFacts(step.headers ?? []),
        ...(step.body ? bodyFacts(step.body) : []),
      ];
    default:
      return step satisfies never;
  }
}

function requestFacts(step: Extract<Step, { readonly step: 'integration_request' }>): readonly Fact[] {
  switch (step.kind) {
    case 'http':
    case 'aws':
      return [
        ['method', step.method],
        // the backend may have another address
        ['path', step.url.replace(/^https?:\/\/[^/]+/, '')],
        ...headerFacts(step.headers),
        ...(step.body ? bodyFacts(step.body) : []),
      ];
    case 'lambda':
      return [['function', step.functionName], ...bodyFacts(step.body)];
    case 'mock':
      return [['status', String(step.status)]];
    default:
      return step satisfies never;
  }
}

/** Headers that differ in each response, or with the address of the gateway and the backend. */
const VOLATILE =
  /^(?:date|age|expires|last-modified|etag|connection|keep-alive|content-length|transfer-encoding|host|forwarded|x-forwarded-(?:for|port|proto)|server-timing|traceparent|tracestate|x-amzn-trace-id|x-amzn-requestid|x-amz-apigw-id|apigw-requestid|x-amz-date|sec-websocket-(?:key|accept))$/i;

const headerFacts = (headers: HeaderList): readonly Fact[] =>
  headers
    .filter(([name]) => !VOLATILE.test(name))
    .map(([name, value]) => [`header ${name.toLowerCase()}`, value]);

/** Each value of a JSON body by its path; another body as a whole. */
function bodyFacts({ text, bytes, isCut, isBase64 }: Body): readonly Fact[] {
  if (bytes === 0) return [];
  if (isCut !== true && isBase64 !== true && /^\s*[[{]/.test(text)) {
    try {
      return valueFacts('body', JSON.parse(text), 0);
    } catch {
      // not JSON
    }
  }
  return [['body', text]];
}

/** A value that is nested deeper is compared as a whole. */
const MAX_DEPTH = 20;

function valueFacts(path: string, value: unknown, depth: number): readonly Fact[] {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) {
    return [[path, JSON.stringify(value)]];
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, JSON.stringify(value)]];
  return entries.flatMap(([name, each]) =>
    valueFacts(Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`, each, depth + 1),
  );
}
