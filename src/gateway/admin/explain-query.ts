import { BodySchema } from '../body-schema.js';

/** The body of `POST /_gateway/explain`: a message, a handshake or a request that is not sent. */
export interface ExplainQuery {
  readonly apiId: string;
  /** Of a WebSocket API; required if it has several. */
  readonly stage?: string;
  /** By default the route that the body selects. */
  readonly route?: string;
  /** To an HTTP API: `GET /books?x=1`. */
  readonly request?: string;
  readonly body?: string;
  readonly query?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Variables from authorization, such as `authorizer.userId`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** The exact request that the integration would receive, and whether there is one. */
export interface ExplainResult {
  readonly text: string;
  readonly isSent: boolean;
}

const text = (expected: string) => ({ type: 'string', 'x-expected': expected }) as const;

export const ExplainQuery = new BodySchema<ExplainQuery>({
  type: 'object',
  'x-expected': 'an object such as {"apiId": "a1b2c3d4e5", "stage": "dev", "body": "{}"}',
  properties: {
    apiId: text('the id of an API'),
    stage: text('the name of a stage'),
    route: text('a route key, such as "$connect"'),
    request: text('a request to an HTTP API, such as "GET /books?x=1"'),
    body: text('the text of a message, or the body of the request'),
    query: text('the query string of the handshake'),
    headers: {
      type: 'array',
      'x-expected': 'a list of names and values, such as [["Name", "value"]]',
      items: {
        type: 'array',
        'x-expected': 'a name and a value',
        minItems: 2,
        maxItems: 2,
        items: text('a name or a value'),
      },
    },
    context: {
      type: 'object',
      'x-expected': 'an object such as {"authorizer.userId": "42"}',
      additionalProperties: text('a text'),
    },
  },
  required: ['apiId'],
  additionalProperties: false,
});
