import { EVENT_TYPES, RESULTS } from './gateway-event.js';
import { array, BOOLEAN, INTEGER, MILLISECONDS, object, ref, type Schema, STRING, TIME } from './schema.js';

/** The steps of an event: name → its members, and those that may be absent. */
const STEPS: Readonly<Record<string, readonly [description: string, Schema, Schema?]>> = {
  client_request: [
    'The request that began the event. Headers are absent for the control plane.',
    { method: STRING, url: { ...STRING, description: 'Path and query.' } },
    { headers: ref('HeaderList'), body: ref('Body') },
  ],
  request_body: ['The body of a request to an HTTP API.', { body: ref('Body') }],
  frame: ["The client's message.", { body: ref('Body') }],
  close: [
    'Code and reason of the close.',
    { code: INTEGER, reason: STRING },
    {
      cause: {
        ...STRING,
        description: 'Why a client that the backend may have accepted was never connected.',
      },
    },
  ],
  route: [
    'The selection of the route. Without a value the message is not JSON; without a route key there is no route.',
    { expression: STRING },
    { value: STRING, routeKey: STRING },
  ],
  signature: [
    "The signer's ARN, or why the signature was refused.",
    {},
    { identity: STRING, reason: STRING },
  ],
  lambda_authorizer: [
    'The call of a Lambda authorizer; without a request the function was not called.',
    {
      authorizerId: STRING,
      functionName: STRING,
      identitySources: array(object({ source: STRING, values: array(STRING) })),
    },
    {
      request: ref('Body'),
      response: ref('Body'),
      latencyMs: MILLISECONDS,
      isCached: { const: true, description: 'A stored decision was reused.' },
      decision: { enum: ['allowed', 'implicitDeny', 'explicitDeny', 'denied'] },
    },
  ],
  jwt_authorizer: [
    'The check of a token: its subject, or why it was refused.',
    {
      authorizerId: STRING,
      issuer: STRING,
      identitySource: object({ source: STRING, values: array(STRING) }),
    },
    { subject: STRING, reason: STRING },
  ],
  api_key: ['The API key of a handshake, or why it was refused.', {}, { apiKeyId: STRING, reason: STRING }],
  model: [
    "The check by the route's model, and the problem of a message that is not valid.",
    {},
    { problem: STRING },
  ],
  parameters: [
    'The request parameters of the integration, or the response parameters of an HTTP API.',
    {
      parameters: array(
        object(
          {
            destination: STRING,
            source: STRING,
            values: { ...array(STRING), description: 'Empty if the source has no value: nothing is sent.' },
          },
          { whyEmpty: STRING },
        ),
      ),
    },
    { direction: { const: 'response' } },
  ],
  template: [
    'A mapping template and its output.',
    { direction: { enum: ['request', 'response'] }, key: STRING, output: ref('Body') },
  ],
  target: ['Where an HTTP request through a VPC link is sent.', { vpcLinkId: STRING, origin: STRING }],
  integration_response: [
    "The integration's response.",
    { status: INTEGER, headers: ref('HeaderList'), body: ref('Body'), latencyMs: MILLISECONDS },
  ],
  integration_response_key: ['The integration response that maps it.', { key: STRING }],
  cors: [
    "The decision of an HTTP API's CORS configuration on an origin.",
    { isPreflight: BOOLEAN, origin: STRING },
    { allowedOrigin: { ...STRING, description: 'Absent if the origin is not allowed.' } },
  ],
  failure: [
    'Why the event failed or was rejected, and the place in the mapping template.',
    { reason: STRING },
    { templateKey: STRING, line: INTEGER, column: INTEGER },
  ],
  fault: ['An injected fault.', { fault: STRING }, { delayMs: MILLISECONDS }],
  client_response: [
    'The response to the client.',
    { status: INTEGER },
    { headers: ref('HeaderList'), body: ref('Body') },
  ],
  client_frame: ['A message that was sent to the client.', { body: ref('Body') }],
  clock: ['How far the clock was moved.', { advancedMs: MILLISECONDS, now: TIME }],
  faults: ['The faults from now on.', { faults: ref('Faults') }],
};

/** The request to the integration has a form for each kind. */
const INTEGRATION_REQUESTS: Readonly<Record<string, readonly [Schema, Schema?]>> = {
  http: [{ method: STRING, url: STRING, headers: ref('HeaderList') }, { body: ref('Body') }],
  lambda: [{ functionName: STRING, body: ref('Body') }],
  aws: [
    { service: STRING, region: STRING, method: STRING, url: STRING, headers: ref('HeaderList') },
    { body: ref('Body') },
  ],
  mock: [{ status: INTEGER }],
};

export const EVENT_SCHEMAS: Schema = {
  Event: {
    description: 'One thing that happened in the gateway, step by step.',
    ...object(
      {
        id: { ...INTEGER, description: 'Counts up, in the order in which the events ended.' },
        type: { enum: EVENT_TYPES },
        time: { ...TIME, description: "When it began, by the gateway's clock." },
        startedMs: {
          ...MILLISECONDS,
          description: 'When it began: since the gateway started, in real time.',
        },
        durationMs: MILLISECONDS,
        steps: array(ref('Step')),
        outcome: object({ result: { enum: RESULTS } }, { status: INTEGER, reason: STRING }),
      },
      {
        apiId: STRING,
        stage: STRING,
        connectionId: STRING,
        routeKey: STRING,
        requestId: STRING,
        messageId: STRING,
      },
    ),
  },
  Step: {
    oneOf: [
      ...Object.entries(STEPS).map(([step, [description, required, optional]]) => ({
        description,
        ...object({ step: { const: step }, ...required }, optional),
      })),
      ...Object.entries(INTEGRATION_REQUESTS).map(([kind, [required, optional]]) => ({
        description: `The request to the integration: ${kind}.`,
        ...object({ step: { const: 'integration_request' }, kind: { const: kind }, ...required }, optional),
      })),
    ],
  },
  HeaderList: {
    description: 'Name and value of each header, in their order.',
    ...array({ type: 'array', prefixItems: [STRING, STRING], minItems: 2, maxItems: 2 }),
  },
  Body: {
    description: 'At most the first 16 KB of a body.',
    ...object(
      { bytes: { ...INTEGER, description: 'Its full length.' }, text: STRING },
      {
        isBase64: { const: true, description: 'text is base64, because the bytes are not UTF-8.' },
        isCut: { const: true, description: 'text is only the beginning.' },
      },
    ),
  },
  EventPage: object({
    items: { ...array(ref('Event')), description: 'Oldest first.' },
    after: { ...INTEGER, description: 'For the parameter after of the next request.' },
    isComplete: { ...BOOLEAN, description: 'false if events were evicted before they could be read.' },
  }),
};
