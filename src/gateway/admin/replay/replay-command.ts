import { BodySchema } from '../../body-schema.js';
import { type HeaderList } from '../../recorder/gateway-event.js';

/** The body of `POST /_gateway/replay`. */
export interface ReplayCommand {
  readonly eventId: number;
  /** What the client sent, which is the default, or what the integration was sent. */
  readonly part?: 'client' | 'integration';
  /** For a message: the connection of the event, which is the default, or a new one with the same handshake. */
  readonly connection?: 'same' | 'new';
  readonly changes?: Changes;
}

/** What is left out is sent as it was recorded, with the secrets that records mask. */
export interface Changes {
  readonly method?: string;
  /** Of a client path and query; of an integration the whole URL. */
  readonly url?: string;
  /** In place of all headers. */
  readonly headers?: HeaderList;
  readonly body?: string;
}

const text = (expected: string) => ({ type: 'string', 'x-expected': expected }) as const;

export const ReplayCommand = new BodySchema<ReplayCommand>({
  type: 'object',
  'x-expected': 'an object such as {"eventId": 12, "changes": {"body": "text"}}',
  properties: {
    eventId: { type: 'integer', minimum: 1, 'x-expected': 'the id of an event' },
    part: {
      enum: ['client', 'integration'],
      'x-expected': '"client" or "integration"',
      description: 'What the client sent, which is the default, or the request to the integration.',
    },
    connection: {
      enum: ['same', 'new'],
      'x-expected': '"same" or "new"',
      description:
        'For a message: the connection of the event, which is the default, or a new one with the same handshake.',
    },
    changes: {
      type: 'object',
      'x-expected': 'an object such as {"body": "text"}',
      description: 'What is left out is sent as it was recorded.',
      properties: {
        method: { ...text('a method, such as "POST"'), pattern: '^(?!CONNECT$)[A-Z]{1,20}$' },
        url: {
          ...text('a URL, or a path with its query for a request of a client'),
          pattern: '^(?:https?:/)?/',
        },
        headers: {
          type: 'array',
          'x-expected': 'a list of names and values, such as [["Name", "value"]]',
          items: {
            type: 'array',
            'x-expected': 'a name and a value',
            minItems: 2,
            maxItems: 2,
            items: {
              ...text('a header name or value without control characters'),
              pattern: '^[\\t\\x20-\\x7e\\x80-\\uffff]*$',
            },
          },
        },
        body: text('a text'),
      },
      additionalProperties: false,
    },
  },
  required: ['eventId'],
  additionalProperties: false,
});
