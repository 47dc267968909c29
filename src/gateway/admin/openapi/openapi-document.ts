import { FaultSettings } from '../../faults.js';
import { EVENT_TYPES } from '../../recorder/gateway-event.js';
import { ExplainQuery } from '../explain-query.js';
import { ReplayCommand } from '../replay/replay-command.js';
import { SESSION_SCHEMA } from '../../session/session-schema.js';
import { EVENT_LIMIT, MAX_WAIT_MS } from '../event-query.js';
import { API_SCHEMAS } from './api-schemas.js';
import { PostedMessage } from '../posted-message.js';
import { EVENT_SCHEMAS } from '../../recorder/event-schemas.js';
import { array, BOOLEAN, INTEGER, object, ref, type Schema, STRING, TIME } from '../../recorder/schema.js';

const json = (schema: Schema) => ({ 'application/json': { schema } });

const PROBLEM = {
  description: 'A problem (RFC 9457): `code` says which.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};

/** An operation whose response is JSON. */
const operation = (operationId: string, summary: string, response: Schema, others: Schema = {}) => ({
  operationId,
  summary,
  responses: { 200: { description: 'Done.', content: json(response) }, default: PROBLEM },
  ...others,
});

const bodyOf = (schema: Schema, example: unknown, required = true) => ({
  requestBody: { required, content: { 'application/json': { schema, example } } },
});

const query = (name: string, schema: Schema, description: string) => ({
  name,
  in: 'query',
  schema,
  description,
});

const AFTER = query(
  'after',
  { type: ['integer', 'string'], default: 0 },
  'Only events with a greater id. `latest`: only those that follow. An id of an earlier start of the gateway is 0.',
);

const FILTER_PARAMETERS = [
  query('type', { enum: EVENT_TYPES }, 'Only events of this type.'),
  ...['connectionId', 'apiId', 'stage', 'routeKey', 'requestId'].map((name) =>
    query(name, STRING, `Only events with this ${name}.`),
  ),
];

const EVENT_PARAMETERS = [
  AFTER,
  query(
    'limit',
    { ...INTEGER, minimum: 1, maximum: EVENT_LIMIT.max, default: EVENT_LIMIT.default },
    'The most events in a response. No limit for server-sent events.',
  ),
  query(
    'wait',
    { ...STRING, pattern: '^\\d{1,5}(ms|s)$', default: '0s' },
    `How long to wait for the first event, at most ${MAX_WAIT_MS / 1_000}s. Unused for server-sent events.`,
  ),
  ...FILTER_PARAMETERS,
];

/** Describes the gateway's own API. A test compares its operations with those of `AdminApi`. */
export const OPENAPI_DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Backchannel gateway',
    version: '1',
    description:
      'Commands for tests of WebSocket and HTTP APIs: time, faults, connections, records of what happened, and reset. Bodies are JSON.',
  },
  paths: {
    '/_gateway/health': {
      get: operation(
        'getHealth',
        'Responds once the gateway serves requests. Needs no admin token.',
        object({
          status: { const: 'ok' },
          startId: { ...STRING, description: 'Differs after each start.' },
          recordsFromStart: {
            ...BOOLEAN,
            description:
              'Whether the gateway was started with --record. Otherwise recording begins with the first reader.',
          },
        }),
        { security: [] },
      ),
    },
    '/_gateway/clock': {
      get: operation('getClock', "The gateway's time.", ref('Clock')),
      post: operation(
        'advanceClock',
        'Moves the clock forward. All that becomes due happens, in order.',
        ref('Clock'),
        {
          ...bodyOf(ref('ClockAdvance'), { advance: '2h' }),
        },
      ),
    },
    '/_gateway/faults': {
      get: operation('getFaults', 'The faults.', ref('Faults')),
      put: operation('setFaults', 'Replaces all faults.', ref('Faults'), {
        ...bodyOf(ref('Faults'), { throttle: { rate: 0.2 }, seed: 1 }),
      }),
      delete: operation('clearFaults', 'Removes all faults.', ref('Faults')),
    },
    '/_gateway/connections': {
      get: operation(
        'getConnections',
        'The connections that are open or closing.',
        object({ count: INTEGER, items: array(ref('Connection')) }),
      ),
    },
    '/_gateway/connections/{connectionId}': {
      post: operation(
        'postToConnection',
        'Sends a message to the client, as a backend does by @connections.',
        ref('Connection'),
        {
          parameters: [{ name: 'connectionId', in: 'path', required: true, schema: STRING }],
          ...bodyOf({ ...PostedMessage.json }, { message: '{"type":"hello"}' }),
        },
      ),
      delete: operation(
        'closeConnection',
        'Closes a connection as DELETE @connections does.',
        ref('Connection'),
        {
          parameters: [{ name: 'connectionId', in: 'path', required: true, schema: STRING }],
        },
      ),
    },
    '/_gateway/apis': {
      get: operation(
        'getApis',
        'The APIs with their stages, routes, integrations, authorizers, models and API mappings.',
        object({ items: array(ref('Api')) }),
      ),
    },
    '/_gateway/findings': {
      get: operation(
        'getFindings',
        'What `lint` finds in the templates that are served, each finding at its resource.',
        object({ items: array(ref('Finding')) }),
      ),
    },
    '/_gateway/explain': {
      post: operation(
        'explain',
        'The exact request that the integration of an API would receive for a message, a handshake or a request. Nothing is sent.',
        object({ text: STRING, isSent: BOOLEAN }),
        bodyOf({ ...ExplainQuery.json }, { apiId: 'a1b2c3d4e5', stage: 'dev', body: '{"action":"x"}' }),
      ),
    },
    '/_gateway/events': {
      get: {
        operationId: 'getEvents',
        summary:
          'What happened, oldest first. The first request turns recording on, unless it is switched off.',
        parameters: [
          ...EVENT_PARAMETERS,
          {
            name: 'Last-Event-ID',
            in: 'header',
            schema: STRING,
            description: 'For server-sent events: in place of `after`.',
          },
        ],
        responses: {
          200: {
            description:
              'With `Accept: text/event-stream`, the events and all that follow as server-sent events: `id` is the id, `data` an Event.',
            content: { ...json(ref('EventPage')), 'text/event-stream': { schema: STRING } },
          },
          default: PROBLEM,
        },
      },
      delete: operation(
        'clearEvents',
        'Forgets all events. Ids count on.',
        object({ after: { ...INTEGER, description: 'The id of the newest event until now.' } }),
      ),
    },
    '/_gateway/session': {
      get: operation(
        'getSession',
        'What is recorded, as a file that `backchannel-gateway replay` plays again.',
        ref('Session'),
        { parameters: [AFTER, ...FILTER_PARAMETERS] },
      ),
    },
    '/_gateway/replay': {
      post: operation(
        'replayEvent',
        'Sends what an event began with again, unmodified or changed, and responds with the event that it led to. Secrets that records mask are sent as they were.',
        ref('Event'),
        bodyOf({ ...ReplayCommand.json }, { eventId: 12, changes: { body: 'text' } }),
      ),
    },
    '/_gateway/reset': {
      post: operation(
        'reset',
        'Removes the faults, closes every connection and waits for its $disconnect, then resets clock and throttles and forgets all events.',
        ref('Clock'),
        { ...bodyOf(ref('Reset'), { apis: 'start' }, false) },
      ),
    },
    '/_gateway/openapi.json': {
      get: operation('getOpenApi', 'This document.', { type: 'object' }),
    },
  },
  security: [{}, { adminToken: [] }],
  components: {
    securitySchemes: {
      adminToken: {
        type: 'http',
        scheme: 'bearer',
        description: 'Needed beyond loopback, or if one was given.',
      },
    },
    schemas: {
      Clock: object({ now: TIME }),
      ClockAdvance: {
        oneOf: [
          object({
            advance: { ...STRING, pattern: '^\\d{1,10}(ms|s|m|h|d)$', description: 'Such as 2h or 10m.' },
          }),
          object({ advanceMs: { ...INTEGER, minimum: 0, maximum: 30 * 86_400_000 } }),
        ],
      },
      Faults: {
        description: 'Injected faults; one that is left out does not happen.',
        ...FaultSettings.json,
      },
      Connection: object(
        {
          connectionId: STRING,
          apiId: STRING,
          stage: STRING,
          connectedAt: TIME,
          lastActiveAt: { ...TIME, description: 'The last message in either direction.' },
          state: { enum: ['open', 'closing'] },
          sourceIp: STRING,
        },
        {
          userAgent: STRING,
          user: {
            ...STRING,
            description: 'The principalId of a Lambda authorizer, or the ARN that has signed the handshake.',
          },
        },
      ),
      ...API_SCHEMAS,
      Reset: object(
        {},
        {
          apis: {
            enum: ['keep', 'start'],
            default: 'keep',
            description: '`start` replaces APIs and all other resources by those of the templates.',
          },
        },
      ),
      Problem: object({
        title: STRING,
        status: INTEGER,
        code: {
          enum: [
            'bad_request',
            'not_found',
            'method_not_allowed',
            'recording_off',
            'not_replayable',
            'too_many_replays',
            'buffer_full',
            'host_not_allowed',
            'origin_not_allowed',
            'unauthorized',
            'not_json',
            'body_too_large',
          ],
        },
        detail: STRING,
      }),
      ...EVENT_SCHEMAS,
      Session: SESSION_SCHEMA,
    },
  },
};
