import { z } from 'zod';
import {
  type ChannelName,
  type ClientMessage,
  type JoinMessage,
  type LeaveMessage,
  type MessageId,
  type PingMessage,
  type PresenceMessage,
  type PublishMessage,
  type Since,
} from './messages.js';

/**
 * The zod schemas of the messages that a client sends. Each is compared with its type of `messages.ts` at compile time.
 */

export const MessageIdSchema = schemaOf<MessageId>()(
  z.union([z.string().max(128), z.number()], 'expected a string of at most 128 characters or a number'),
);

const CHANNEL_NAME_FORM = 'expected a channel name of letters, digits and _ . : @ / % -';

export const ChannelNameSchema = z
  .string(CHANNEL_NAME_FORM)
  .regex(/^[\w.:@/%-]+$/, CHANNEL_NAME_FORM) as unknown as z.ZodType<ChannelName, string>;

const SinceSchema = schemaOf<Since>()(
  z.strictObject({ epoch: z.string().min(1).max(32), offset: z.int().min(0) }),
);

/** The content of a message. JSON has no `undefined`, so that the field is required. */
export const DataSchema = z
  .unknown()
  .refine((value): boolean => value !== undefined, 'missing, expected any JSON value');

const PingSchema = schemaOf<PingMessage>()(
  z.strictObject({ action: z.literal('ping'), id: MessageIdSchema.optional() }),
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

/** Takes a schema whose output is exactly `Type`, and returns it; any other schema does not compile. */
function schemaOf<Type>() {
  return <Schema extends z.ZodType>(
    schema: Schema &
      (IsSame<DeepReadonly<z.output<Schema>>, Type> extends true ? unknown : { readonly differsFrom: Type }),
  ): Schema => schema;
}

/** Also tells optional fields from missing ones, which mutual assignability does not. */
/* oxlint-disable typescript/no-unnecessary-type-parameters -- comparing generic functions compares types for identity */
type IsSame<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
/* oxlint-enable typescript/no-unnecessary-type-parameters */

/** zod's output types are not readonly. */
type DeepReadonly<T> = T extends string | number | boolean
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
