import { type JsonText, type PresentMember, type Since } from '../../api/messages.js';
import { type Sender } from '../connections/caller.js';

/** The position of a message in a channel's log. */
export interface PublishedMessage {
  /** Names one life of the log; offsets of another epoch cannot be compared. */
  readonly epoch: string;
  readonly offset: number;
  /** The message was in the log already, under its key. */
  readonly isRepeat?: true | undefined;
}

export interface PublishOptions {
  /**
   * Publishes for this client: it needs membership and the permission, and members see it as the sender. Without it, the
   * application publishes: the message has no sender, and no permission is asked for.
   */
  readonly as?: Sender | undefined;
  /**
   * 1 to 64 characters. Repeated with the same key, by the same user or by the application, the message is in the log once,
   * for the time of the option `channels.publishOnceSeconds`.
   */
  readonly key?: string | undefined;
}

/** The result of a join: messages with a greater offset are sent to the connection from now on. */
export interface Joined {
  readonly epoch: string;
  readonly offset: number;
  /** Whether all missed messages were sent before; undefined without `since`. */
  readonly recovered?: boolean | undefined;
  /** How many missed messages were sent before; undefined without `since`. */
  readonly replayed?: number | undefined;
}

/** The members of a channel. */
export interface Presence {
  readonly count: number;
  /** The first ones in the store's order: at most 1,000, and fewer if a message could not hold them. */
  readonly members: readonly PresentMember[];
}

/** A page of a channel's log. */
export interface History {
  readonly epoch: string;
  /** Of the last message that was published. */
  readonly offset: number;
  /** Whether all messages since `since` are in this page or can be read after it; undefined without `since`. */
  readonly recovered?: boolean | undefined;
  readonly messages: readonly HistoryMessage[];
}

export interface HistoryMessage {
  readonly offset: number;
  /** In milliseconds since 1970. */
  readonly publishedAt: number;
  /** As `JSON.parse` reads it. */
  readonly data: unknown;
  /** The connection of the client that has published it; absent if the application has. */
  readonly from?: string | undefined;
  /** The user of that connection. */
  readonly user?: string | undefined;
}

/**
 * Channels: publishes to them, and reads who is there and what was published. Inject it in any provider. A channel exists
 * from its first join until its last member leaves. Its name has 1 to 256 of `A-Z a-z 0-9 _ . : @ / % -`.
 *
 * Every method throws a {@link ChannelError} with the code `bad_message` or `channel_name_too_long` for another name; thrown
 * by a handler, it is sent to the client.
 */
export abstract class Channels {
  /**
   * Sends a message to every member. Messages that come through one process reach each member in the order of their offsets.
   *
   * @param data any JSON value. For text that is JSON already, use {@link Channels.publishText}
   * @returns once delivery to each member was attempted, or is guaranteed to be
   * @throws {ChannelError} with `as`: `not_joined`, or the code of the permissions
   * @throws {TooLargeError} the message would be larger than API Gateway allows; no member got it
   * @throws {QueueFullError} too many messages are queued; no member got it, but it may be in the log
   * @throws {KeyReusedError} the key was used for another message
   */
  abstract publish<T>(
    channel: string,
    data: T extends JsonText ? never : T,
    options?: PublishOptions,
  ): Promise<PublishedMessage>;

  /** As {@link Channels.publish}, with data that stays unmodified: a field with the schema `DataSchema`, for example. */
  abstract publishText(channel: string, data: JsonText, options?: PublishOptions): Promise<PublishedMessage>;

  /**
   * Makes a client a member. A client that is one already stays one.
   *
   * @param since the position of the last message that the client has: it is first sent what it has missed
   * @throws {ChannelError} `too_many_channels`, or the code of the permissions
   * @throws {UnknownConnectionError} the store no longer has the connection
   */
  abstract join(channel: string, client: Sender, since?: Since): Promise<Joined>;

  /** Ends a client's membership. */
  abstract leave(channel: string, client: Sender): Promise<void>;

  abstract isMember(channel: string, connectionId: string): Promise<boolean>;

  /** Who is in the channel. No permission is asked for. */
  abstract presence(channel: string): Promise<Presence>;

  /**
   * The oldest messages of the log after `since`, or the oldest that it keeps.
   *
   * @param options `limit`: at most 100 messages, which is the default
   */
  abstract history(
    channel: string,
    options?: { readonly since?: Since | undefined; readonly limit?: number | undefined },
  ): Promise<History>;
}
