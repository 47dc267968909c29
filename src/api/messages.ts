import { type ClientErrorCode } from './errors.js';

/**
 * Client ⇄ service: every message and every reply, as plain types. One WebSocket text frame carries one of them as
 * JSON; PROTOCOL.md explains their use. `message-schemas.ts` has the schemas that check what a client sends.
 */

/**
 * JSON as it was sent: valid, and never parsed and serialized again, which would change numbers such as
 * `1234567890123456789`, `1.0` and `1e400`.
 */
export type JsonText = string & { readonly _: 'JsonText' };

/**
 * Chosen by the client and repeated unmodified in the reply, so that the client can match the two. At most 128
 * characters.
 */
export type MessageId = string | number;

/**
 * Letters, digits and `_ . : @ / % -`, at least one; at most 256 characters.
 */
export type ChannelName = string & { readonly _: 'ChannelName' };

/** A position in a channel's log: that of the last message that the client has received. */
export interface Since {
  /** Names one life of the log; offsets of another epoch cannot be compared. 1 to 32 characters. */
  readonly epoch: string;
  /** A whole number, at least 0. */
  readonly offset: number;
}

export interface PingMessage {
  readonly action: 'ping';
  readonly id?: MessageId | undefined;
  /**
   * For channels of which the connection is a member, the position up to which the client has every message: the reply
   * names those in which it is behind.
   */
  readonly positions?: Readonly<Record<ChannelName, Since>> | undefined;
}

export interface JoinMessage {
  readonly action: 'join';
  readonly id?: MessageId | undefined;
  readonly channel: ChannelName;
  /** With it, the client is first sent what it has missed. */
  readonly since?: Since | undefined;
}

export interface LeaveMessage {
  readonly action: 'leave';
  readonly id?: MessageId | undefined;
  readonly channel: ChannelName;
}

export interface PublishMessage {
  readonly action: 'publish';
  readonly id?: MessageId | undefined;
  readonly channel: ChannelName;
  /** Any JSON value, `null` included. */
  readonly data: JsonText;
  /**
   * Chosen by the client for this message, 1 to 64 characters: repeated with the same key by the same user, or without
   * authentication on the same connection, the message is in the channel's log once.
   */
  readonly key?: string | undefined;
}

export interface PresenceMessage {
  readonly action: 'presence';
  readonly id?: MessageId | undefined;
  readonly channel: ChannelName;
}

/** What a client may send. */
export type ClientMessage = PingMessage | JoinMessage | LeaveMessage | PublishMessage | PresenceMessage;

export type Action = ClientMessage['action'];

/** One member of a channel, as a `presence` reply names it. */
export interface PresentMember {
  readonly connectionId: string;
  /** Absent where connections are not authenticated. */
  readonly userId?: string | undefined;
  /** In milliseconds since 1970. */
  readonly joinedAt: number;
}

/** What the service sends. `id` is that of the client's message. */
export type ServerMessage =
  | {
      readonly type: 'pong';
      readonly id?: MessageId | undefined;
      /** The channels whose log is ahead of the client's position, or has another epoch; absent without `positions`. */
      readonly behind?: readonly ChannelPosition[] | undefined;
    }
  | {
      readonly type: 'joined';
      readonly id?: MessageId | undefined;
      readonly channel: string;
      /** The position of the channel's log: messages with a greater offset are sent from now on. */
      readonly epoch: string;
      readonly offset: number;
      /** Whether everything missed since `since` was sent before this reply; absent without `since`. */
      readonly recovered?: boolean | undefined;
      /** How many missed messages were sent before this reply; absent without `since`. */
      readonly replayed?: number | undefined;
    }
  | { readonly type: 'left'; readonly id?: MessageId | undefined; readonly channel: string }
  | {
      readonly type: 'published';
      readonly id?: MessageId | undefined;
      readonly channel: string;
      readonly epoch: string;
      readonly offset: number;
      /** The key's message was in the log already: this is its position. */
      readonly repeated?: true | undefined;
    }
  | {
      readonly type: 'presence';
      readonly id?: MessageId | undefined;
      readonly channel: string;
      /**
       * `count` is the number of members; `members` are the first of them, up to a setting and the size of a message.
       */
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
        /** Absent where connections are not authenticated. */
        readonly userId?: string | undefined;
      };
    }
  /** The service has lost what it knew of this connection: it is a member of no channel. */
  | { readonly type: 'memberships_lost' }
  /** An operator asks the client to open another connection, and to close this one. */
  | {
      readonly type: 'reconnect';
      /** When to begin with it, in milliseconds from now. */
      readonly afterMs: number;
    }
  | {
      readonly type: 'error';
      readonly id?: MessageId | undefined;
      readonly code: ClientErrorCode;
      readonly message: string;
    };

/** The position of a channel's log, as a `pong` names it. */
export interface ChannelPosition {
  readonly channel: string;
  readonly epoch: string;
  readonly offset: number;
}

/** A message that was published to a channel. */
export interface ChannelMessage extends Omit<Published, 'data'> {
  readonly type: 'message';
  readonly data: unknown;
  readonly channel: string;
  /** The position in the channel's log: one more than the message before. */
  readonly offset: number;
}

/** The part of a channel message that the channel's log stores. */
export interface Published {
  readonly data: JsonText;
  /** The publisher's connection; absent when another backend published the message. */
  readonly from?: string | undefined;
  /** The publisher's user id; absent where connections are not authenticated. */
  readonly user?: string | undefined;
}

/** A message that another backend has sent to one connection, or to all connections of one user. */
export interface DirectMessage {
  readonly type: 'message';
  readonly data: unknown;
}
