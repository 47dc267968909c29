import { z } from 'zod';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { ChannelNameSchema, DataSchema } from '../../api/message-schemas.js';
import { QUOTAS } from '../../api/quotas.js';
import { toUserId, USER_ID_FORM } from '../authentication/user-id.js';

/** What other backends send: path segments, query strings and bodies. The OpenAPI document is made of the same schemas. */

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

/** A whole number in a query string. */
const number = (min: number, max: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text),
    z.int(`expected a whole number from ${min} to ${max}`).min(min).max(max),
  );

export const MembersQuery = z.strictObject({
  after: ConnectionIdSegment.optional().meta({
    description: 'Only members that come after this one: `next` of the page before.',
  }),
  limit: number(1, 1000).default(1000).meta({ description: 'How many members at most; 1000 unless told.' }),
});
export type MembersQuery = z.infer<typeof MembersQuery>;

export const HistoryQuery = z
  .strictObject({
    epoch: z
      .string()
      .min(1)
      .max(32)
      .optional()
      .meta({ description: 'Of the last message that is known already; needs `since_offset`.' }),
    since_offset: number(0, Number.MAX_SAFE_INTEGER).optional().meta({
      description:
        'Of the last message that is known already; needs `epoch`. Without both: from the oldest on.',
    }),
    limit: number(1, 100).default(100).meta({ description: 'How many messages at most; 100 unless told.' }),
  })
  .refine(({ epoch, since_offset }) => (epoch === undefined) === (since_offset === undefined), {
    message: 'expected epoch and since_offset together, or neither',
  });
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** How many messages a batch may have. */
export const BATCH_MESSAGES = 100;

/** Bytes of a batch's body; of any other it is what a message may have. */
export const BATCH_BYTES = 1024 * 1024;

const example = { text: 'hello' };

export const MessageBody = z
  .strictObject({ data: DataSchema.meta({ description: 'The content: any JSON value.' }) })
  .meta({
    examples: [{ data: example }],
  });
export type MessageBody = z.infer<typeof MessageBody>;

export const BatchBody = z
  .strictObject({
    messages: z
      .array(z.strictObject({ channel: ChannelNameSchema, data: DataSchema }))
      .min(1)
      .max(BATCH_MESSAGES),
  })
  .meta({
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
