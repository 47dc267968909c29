import { z } from 'zod';
import { type ClientErrorCode } from './errors.js';

/**
 * Client ⇄ service: every message and every reply. One WebSocket text frame carries one of them as JSON; how they
 * are used is told in PROTOCOL.md.
 */

/** Chosen by the client and given back in the answer, so that it can tell answers apart. */
const id = z.union([z.string().max(128), z.number()]).optional();

/** 1–128 letters, digits and `_ . : @ / -`. */
export const ChannelName = z
  .string()
  .regex(/^[\w.:@/-]{1,128}$/, 'a channel is named by 1 to 128 letters, digits and _ . : @ / -')
  .brand<'ChannelName'>();
export type ChannelName = z.infer<typeof ChannelName>;

/** A message's content: any JSON value, `null` included, but not nothing. */
const data = z.unknown().refine((value) => value !== undefined, 'data is missing: any JSON value');

export const Ping = z.strictObject({ action: z.literal('ping'), id });
export const Join = z.strictObject({ action: z.literal('join'), id, channel: ChannelName });
export const Leave = z.strictObject({ action: z.literal('leave'), id, channel: ChannelName });
export const Publish = z.strictObject({ action: z.literal('publish'), id, channel: ChannelName, data });
export const Presence = z.strictObject({ action: z.literal('presence'), id, channel: ChannelName });

/** What a client may send. */
export const ClientMessage = z.discriminatedUnion('action', [Ping, Join, Leave, Publish, Presence]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** The name of what a client asks for. */
export type Action = ClientMessage['action'];
export type MessageId = z.infer<typeof id>;

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
  | { readonly type: 'joined' | 'left' | 'published'; readonly id?: MessageId; readonly channel: string }
  | {
      readonly type: 'presence';
      readonly id?: MessageId;
      readonly channel: string;
      /** `members` are the first `LIMITS.presenceMembers`, or as many as fit; `count` is how many there are. */
      readonly data: { readonly count: number; readonly members: readonly PresentMember[] };
    }
  | {
      readonly type: 'message';
      readonly channel: string;
      readonly data: unknown;
      /** The publisher's connection. */
      readonly from: string;
      /** Who the publisher is, where connections are authenticated. */
      readonly user?: string | undefined;
    }
  | {
      readonly type: 'error';
      readonly id?: MessageId;
      readonly code: ClientErrorCode;
      readonly message: string;
    };

export const LIMITS = {
  /** API Gateway's own limit for one message, both ways. */
  messageBytes: 128 * 1024,
  /** So many members fit into one message with room to spare, unless users have long names: each takes about 70 bytes. */
  presenceMembers: 1000,
  /** The rest of a message is for what stands around the members. */
  presenceBytes: 124 * 1024,
  /** Characters of a user's id. */
  userIdLength: 256,
  /** Larger ones are not looked at. API Gateway takes about 10 KB of headers and request line in all. */
  tokenBytes: 8 * 1024,
} as const;
