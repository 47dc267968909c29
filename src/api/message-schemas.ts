import { z } from 'zod';
import {
  type ChannelName,
  type ClientMessage,
  type JoinMessage,
  type JsonText,
  type LeaveMessage,
  type MessageId,
  type PingMessage,
  type PresenceMessage,
  type PublishMessage,
  type Since,
} from './messages.js';
import { QUOTAS } from './quotas.js';
import { schemaOf } from './schema-of.js';

/**
 * The zod schemas of the messages that a client sends. Each is compared with its type of `messages.ts` at compile time.
 */

export const MESSAGE_ID_FORM = `expected a string or a number of at most ${QUOTAS.messageIdLength} characters`;

/** Checks the value. The length of a number is that of its text, which the value no longer has. */
export const MessageIdSchema = schemaOf<MessageId>()(
  z.union([z.string().max(QUOTAS.messageIdLength), z.number()], MESSAGE_ID_FORM),
);

const CHANNEL_NAME_FORM = 'expected a channel name of letters, digits and _ . : @ / % -';

export const ChannelNameSchema = z
  .string(CHANNEL_NAME_FORM)
  .regex(/^[\w.:@/%-]+$/, CHANNEL_NAME_FORM) as unknown as z.ZodType<ChannelName, string>;

export const SinceSchema = schemaOf<Since>()(
  z.strictObject({ epoch: z.string().min(1).max(32), offset: z.int().min(0) }),
);

/**
 * A field whose JSON is passed on as it was sent: `keepData` replaces its value by its text before the schema checks it.
 * A copy of this schema would not be recognized, except for `DataSchema.optional()`. JSON has no `undefined`, so that
 * the field is required.
 */
export const DataSchema = z
  .unknown()
  .refine((value): boolean => value !== undefined, 'missing, expected any JSON value')
  .meta({ description: 'The content, any JSON value.' }) as unknown as z.ZodType<JsonText>;

// a channel with the name `__proto__` is left out by zod, and so is never reported as behind
const PositionsSchema = z
  .record(ChannelNameSchema, SinceSchema)
  .refine(
    (positions) => Object.keys(positions).length <= QUOTAS.pingPositions,
    `expected at most ${QUOTAS.pingPositions} channels`,
  );

const PingSchema = schemaOf<PingMessage>()(
  z.strictObject({
    action: z.literal('ping'),
    id: MessageIdSchema.optional(),
    positions: PositionsSchema.optional(),
  }),
);

const JoinSchema = schemaOf<JoinMessage>()(
  z.strictObject({
    action: z.literal('join'),
    id: MessageIdSchema.optional(),
    channel: ChannelNameSchema,
    since: SinceSchema.optional(),
  }),
);

const LeaveSchema = schemaOf<LeaveMessage>()(
  z.strictObject({
    action: z.literal('leave'),
    id: MessageIdSchema.optional(),
    channel: ChannelNameSchema,
  }),
);

const PublishSchema = schemaOf<PublishMessage>()(
  z.strictObject({
    action: z.literal('publish'),
    id: MessageIdSchema.optional(),
    channel: ChannelNameSchema,
    data: DataSchema,
    key: z.string().min(1).max(QUOTAS.publishKeyLength).optional(),
  }),
);

const PresenceSchema = schemaOf<PresenceMessage>()(
  z.strictObject({
    action: z.literal('presence'),
    id: MessageIdSchema.optional(),
    channel: ChannelNameSchema,
  }),
);

export const ClientMessageSchema = schemaOf<ClientMessage>()(
  z.discriminatedUnion('action', [PingSchema, JoinSchema, LeaveSchema, PublishSchema, PresenceSchema]),
);
