import { z } from 'zod';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { ChannelNameSchema, DataSchema } from '../../api/message-schemas.js';
import { QUOTAS } from '../../api/quotas.js';
import { CURSOR } from './connection-cursor.js';
import { toUserId, USER_ID_FORM } from '../../api/user-id.js';

/**
 * Path segments, query strings and bodies of other backends' requests; also for the OpenAPI document, in which the `id` of
 * a body's schema is its name.
 */

export const ConnectionIdSegment = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, 'expected 1 to 256 visible ASCII characters')
  .transform((text) => text as ConnectionId)
  .meta({
    description: "API Gateway's id of the connection, percent-encoded.",
    examples: ['Lg5x9cZPoAMCJBQ='],
  });

export const UserIdSegment = z
  .string()
  .transform((text, context): UserId => {
    const userId = toUserId(text);
    if (userId !== undefined) return userId;
    context.addIssue(`expected ${USER_ID_FORM}`);
    return z.NEVER;
  })
  .meta({
    description: `The user, percent-encoded: ${USER_ID_FORM}.`,
    minLength: 1,
    maxLength: QUOTAS.userIdLength,
    examples: ['alice'],
  });

export const ChannelSegment = ChannelNameSchema.meta({
  description: 'The channel, percent-encoded: `a/b` is `a%2Fb`.',
  examples: ['news'],
});

const wholeNumber = (min: number, max: number) => `expected a whole number from ${min} to ${max}`;

/** A whole number in a query string. */
const number = (min: number, max: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text),
    z.int(wholeNumber(min, max)).min(min, wholeNumber(min, max)).max(max, wholeNumber(min, max)),
  );

export const MembersQuery = z.strictObject({
  after: ConnectionIdSegment.optional().meta({
    description: 'Only members after this one: `next` of the previous page.',
  }),
  limit: number(1, 1000).default(1000).meta({ description: 'The maximum number of members.' }),
});

export const HistoryQuery = z
  .strictObject({
    epoch: z
      .string()
      .min(1)
      .max(32)
      .optional()
      .meta({ description: 'The epoch of the last message that you have; needs `since_offset`.' }),
    since_offset: number(0, Number.MAX_SAFE_INTEGER).optional().meta({
      description:
        'The offset of the last message that you have; needs `epoch`. Without both, reading begins with the oldest message.',
    }),
    limit: number(1, 100).default(100).meta({ description: 'The maximum number of messages.' }),
  })
  .refine(({ epoch, since_offset }) => (epoch === undefined) === (since_offset === undefined), {
    message: 'expected epoch and since_offset together, or neither',
  });

/** The maximum number of messages in a batch. */
export const BATCH_MESSAGES = 100;

/** The limit for the body of a batch. For other bodies it is that of a message. */
export const BATCH_BYTES = 1024 * 1024;

const example = { text: 'hello' };

export const MessageBody = z
  .strictObject({ data: DataSchema })
  .meta({ id: 'MessageBody', examples: [{ data: example }] });
export type MessageBody = z.infer<typeof MessageBody>;

/** The maximum number of connections in one request to reconnect. */
const RECONNECTS = 1000;

export const ReconnectsBody = z
  .strictObject({
    spreadMs: z.int().min(0).max(QUOTAS.connectionMs).meta({
      description:
        'Each client begins to reconnect at a random time within this many milliseconds. API Gateway accepts 500 new connections a second.',
    }),
    connectedBefore: z.int().min(0).optional().meta({
      description:
        'Only connections that were opened before this time, in milliseconds since 1970; by default now. Send the value of the first response with every further request.',
    }),
    after: z
      .string()
      .regex(CURSOR, 'expected `next` of an earlier response')
      .optional()
      .meta({ description: 'Continue here: `next` of the response before; needs `connectedBefore`.' }),
    limit: z
      .int()
      .min(1)
      .max(RECONNECTS)
      .default(RECONNECTS)
      .meta({ description: 'The maximum number of connections to read.' }),
  })
  .refine(({ after, connectedBefore }) => after === undefined || connectedBefore !== undefined, {
    message: 'expected connectedBefore together with after',
  })
  .meta({ id: 'ReconnectsBody', examples: [{ spreadMs: 600_000 }] });
export type ReconnectsBody = z.infer<typeof ReconnectsBody>;

export const BatchMessage = z
  .strictObject({ channel: ChannelNameSchema, data: DataSchema })
  .meta({ id: 'BatchMessage' });

export const BatchBody = z.strictObject({ messages: z.array(BatchMessage).min(1).max(BATCH_MESSAGES) }).meta({
  id: 'BatchBody',
  examples: [
    {
      messages: [
        { channel: 'news', data: example },
        { channel: 'user:alice', data: 42 },
      ],
    },
  ],
});
export type BatchBody = z.infer<typeof BatchBody>;
