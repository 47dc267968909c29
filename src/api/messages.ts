import { z } from 'zod';
import { type ClientErrorCode } from './errors.js';

/**
 * Client ⇄ service: every message and every reply. One WebSocket text frame carries one of them as JSON; how they
 * are used is told in PROTOCOL.md.
 */

/** Chosen by the client and given back in the answer, so that it can tell answers apart. */
export const MessageId = z.union([z.string().max(128), z.number()]).optional();
export type MessageId = z.infer<typeof MessageId>;

/** Letters, digits and `_ . : @ / % -`, at least one. How many it may have is a setting, at most 256. */
export const ChannelName = z
  .string()
  .regex(/^[\w.:@/%-]+$/, 'a channel is named by letters, digits and _ . : @ / % -')
  .brand<'ChannelName'>();
export type ChannelName = z.infer<typeof ChannelName>;

/** A place in a channel's log, as `joined` and the messages after it told the client. */
export const Since = z.strictObject({
  /** Names one life of the log: offsets of another one mean nothing. */
  epoch: z.string().min(1).max(32),
  /** Of the last message that the client has. */
  offset: z.int().min(0),
});
export type Since = z.infer<typeof Since>;

/** A message's content: any JSON value, `null` included, but not nothing. */
export const data = z.unknown().refine((value) => value !== undefined, 'data is missing: any JSON value');

export const Ping = z.strictObject({ action: z.literal('ping'), id: MessageId });
export const Join = z.strictObject({
  action: z.literal('join'),
  id: MessageId,
  channel: ChannelName,
  since: Since.optional(),
});
export const Leave = z.strictObject({ action: z.literal('leave'), id: MessageId, channel: ChannelName });
export const Publish = z.strictObject({
  action: z.literal('publish'),
  id: MessageId,
  channel: ChannelName,
  data,
});
export const Presence = z.strictObject({
  action: z.literal('presence'),
  id: MessageId,
  channel: ChannelName,
});

/** What a client may send. */
export const ClientMessage = z.discriminatedUnion('action', [Ping, Join, Leave, Publish, Presence]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** The name of what a client asks for. */
export type Action = ClientMessage['action'];

/** One member of a channel, as `presence` tells of it. */
export interface PresentMember {
  readonly connectionId: string;
  /** Who it is, where connections are authenticated. */
  readonly userId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly joinedAt: number;
}

/** What the service sends. `id` is the one of the message that is answered. */
export type ServerMessage =
  | { readonly type: 'pong'; readonly id?: MessageId }
  | {
      readonly type: 'joined';
      readonly id?: MessageId;
      readonly channel: string;
      /** Where the channel's log is: what has a greater offset comes from now on. */
      readonly epoch: string;
      readonly offset: number;
      /** Whether all that was missed since `since` has been sent before this; there when `since` was. */
      readonly recovered?: boolean | undefined;
    }
  | { readonly type: 'left'; readonly id?: MessageId; readonly channel: string }
  | {
      readonly type: 'published';
      readonly id?: MessageId;
      readonly channel: string;
      readonly epoch: string;
      readonly offset: number;
    }
  | {
      readonly type: 'presence';
      readonly id?: MessageId;
      readonly channel: string;
      /** `members` are the first ones, or as many as fit; `count` is how many there are. */
      readonly data: { readonly count: number; readonly members: readonly PresentMember[] };
    }
  | ChannelMessage
  | DirectMessage
  | {
      readonly type: 'member';
      readonly channel: string;
      readonly data: {
        readonly event: 'joined' | 'left';
        readonly connectionId: string;
        /** Who it is, where connections are authenticated. */
        readonly userId?: string | undefined;
      };
    }
  | {
      readonly type: 'error';
      readonly id?: MessageId;
      readonly code: ClientErrorCode;
      readonly message: string;
    };

/** What was published to a channel. */
export interface ChannelMessage extends Published {
  readonly type: 'message';
  readonly channel: string;
  /** Its place in the channel's log: the one before plus 1. */
  readonly offset: number;
}

/** What a channel's log keeps of a message. */
export interface Published {
  readonly data: unknown;
  /** The publisher's connection; absent when another backend has published it. */
  readonly from?: string | undefined;
  /** Who the publisher is, where connections are authenticated. */
  readonly user?: string | undefined;
}

/** What another backend has sent to this connection or its user alone. */
export interface DirectMessage {
  readonly type: 'message';
  readonly data: unknown;
}

export const LIMITS = {
  /** API Gateway's own limit for one message, both ways. */
  messageBytes: 128 * 1024,
  /** What API Gateway meters as one message: so much at most goes in a frame with several. */
  batchBytes: 32 * 1024,
  /** What fits into one message with room to spare, unless users have long names: each takes about 70 bytes. */
  presenceMembers: 1000,
  /** The rest of a message is for what stands around the members. */
  presenceBytes: 124 * 1024,
  /** Characters of a channel's name, at most. */
  channelNameLength: 256,
  /** Characters of a user's id. */
  userIdLength: 256,
  /** Larger ones are not looked at. API Gateway takes about 10 KB of headers and request line in all. */
  tokenBytes: 8 * 1024,
} as const;
