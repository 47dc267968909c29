import { z } from 'zod';
import { CLIENT_ERRORS, type ClientErrorCode } from './errors.js';
import { MessageIdSchema } from './message-schemas.js';
import { type ServerMessage } from './messages.js';
import { schemaOf } from './schema-of.js';

/**
 * The zod schemas of the messages that a client receives, for the AsyncAPI document: the service does not check what it
 * sends. They are compared with `ServerMessage` at compile time. The `id` of a schema is its name in the document.
 */

const id = MessageIdSchema.optional().meta({ description: "That of the client's message." });
const channel = z.string();
const epoch = z.string().meta({ description: "Identifies the channel's log; a new log has a new epoch." });
const offset = z.int().min(0).meta({ description: "The position in the channel's log." });
const userId = z.string().optional().meta({ description: 'Absent where connections are not authenticated.' });

export const ChannelPosition = z.object({ channel, epoch, offset }).meta({ id: 'ChannelPosition' });

export const Pong = z
  .object({
    type: z.literal('pong'),
    id,
    behind: z.array(ChannelPosition).optional().meta({
      description:
        "The channels whose log is ahead of the client's position, or has another epoch; absent without `positions`.",
    }),
  })
  .meta({ id: 'Pong' });

export const Joined = z
  .object({
    type: z.literal('joined'),
    id,
    channel,
    epoch,
    offset,
    recovered: z.boolean().optional().meta({
      description:
        'Whether everything missed since `since` was sent before this reply; absent without `since`.',
    }),
    replayed: z.int().min(0).optional().meta({
      description: 'How many missed messages were sent before this reply; absent without `since`.',
    }),
  })
  .meta({ id: 'Joined' });

export const Left = z.object({ type: z.literal('left'), id, channel }).meta({ id: 'Left' });

export const Published = z
  .object({
    type: z.literal('published'),
    id,
    channel,
    epoch,
    offset,
    repeated: z
      .literal(true)
      .optional()
      .meta({ description: "The key's message was in the log already: this is its position." }),
  })
  .meta({ id: 'Published' });

export const PresentMember = z
  .object({
    connectionId: z.string(),
    userId,
    joinedAt: z.number().meta({ description: 'In milliseconds since 1970.' }),
  })
  .meta({ id: 'PresentMember' });

export const Presence = z
  .object({
    type: z.literal('presence'),
    id,
    channel,
    data: z.object({
      count: z.int().min(0).meta({ description: 'The number of members.' }),
      members: z.array(PresentMember).meta({ description: 'The first of them, as many as a message holds.' }),
    }),
  })
  .meta({ id: 'Presence' });

export const ChannelMessage = z
  .object({
    type: z.literal('message'),
    channel,
    offset,
    data: z.unknown().meta({ description: 'The content, any JSON value, as it was published.' }),
    from: z.string().optional().meta({
      description: "The publisher's connection; absent when another backend published the message.",
    }),
    user: z
      .string()
      .optional()
      .meta({ description: "The publisher's user; absent where connections are not authenticated." }),
  })
  .meta({ id: 'ChannelMessage' });

export const DirectMessage = z
  .object({
    type: z.literal('message'),
    data: z.unknown().meta({ description: 'The content, any JSON value, as the other backend sent it.' }),
  })
  .meta({ id: 'DirectMessage' });

export const MemberNotice = z
  .object({
    type: z.literal('member'),
    channel,
    data: z.object({ event: z.enum(['joined', 'left']), connectionId: z.string(), userId }),
  })
  .meta({ id: 'MemberNotice' });

export const MembershipsLost = z
  .object({ type: z.literal('memberships_lost') })
  .meta({ id: 'MembershipsLost' });

export const Reconnect = z
  .object({
    type: z.literal('reconnect'),
    afterMs: z.number().meta({ description: 'When to begin with it, in milliseconds from now.' }),
  })
  .meta({ id: 'Reconnect' });

const codes = Object.keys(CLIENT_ERRORS) as [ClientErrorCode, ...ClientErrorCode[]];

export const ErrorMessage = z
  .object({
    type: z.literal('error'),
    id,
    code: z.enum(codes).meta({ description: 'Stable, for programs. Further codes may be added.' }),
    message: z.string().meta({ description: 'For people; may change.' }),
  })
  .meta({ id: 'ErrorMessage' });

/** Every message of the protocol that a client receives. */
export const ServerMessageSchema = schemaOf<ServerMessage>()(
  z.union([
    Pong,
    Joined,
    Left,
    Published,
    Presence,
    ChannelMessage,
    DirectMessage,
    MemberNotice,
    MembershipsLost,
    Reconnect,
    ErrorMessage,
  ]),
);
