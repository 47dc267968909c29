import type { PresentMember, Since } from '../api/messages.js';
import type { BackchannelError } from './errors.js';

/** A place in a channel's log. */
export type Position = Since;

export interface ListenOptions {
  /** Removes the listener, or ends the operation, when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Data by channel name: `{ news: News; [room: `room:${string}`]: Chat }`. */
export type ChannelMap = object;

/** A message of a channel. */
export interface Message<Data = unknown> {
  readonly data: Data;
  /** One more than that of the message before. */
  readonly offset: number;
  readonly epoch: string;
  /** The publisher's user id; absent where connections are not authenticated. */
  readonly user?: string | undefined;
  /** The publisher's connection; absent when a backend published the message. */
  readonly from?: string | undefined;
  /** Whether it came while the client was catching up: it may be older than the connection. */
  readonly replayed: boolean;
}

/** The client has become a member of a channel, for the first time or again. */
export interface Joined {
  /** The position of the channel's log when the client joined. */
  readonly position: Position;
  /** Whether the stream goes on without a gap. False: messages are missing, and the state has to be read again. */
  readonly recovered: boolean;
  /** The number of messages that were sent again because the client had missed them. */
  readonly replayed: number;
}

/** Another connection has joined or left a channel whose name begins with a prefix of `MEMBER_NOTICES`. */
export interface MemberNotice {
  readonly event: 'joined' | 'left';
  readonly connectionId: string;
  readonly userId?: string | undefined;
}

export interface Presence {
  /** The number of all members. */
  readonly count: number;
  /** The first of them. */
  readonly members: readonly PresentMember[];
}

/** What the function `state` of a channel returns: anything, with the position that was read before it. */
export interface WithPosition {
  readonly position?: Position | undefined;
}

export interface ChannelEvents<Data, State> {
  message: Message<Data>;
  joined: Joined;
  /** What the function `state` has returned. The messages that follow belong on top of it. */
  state: State;
  member: MemberNotice;
  /** The service refuses the channel, or the function `state` has failed and is called again. */
  error: BackchannelError;
}

type Awaitable<T> = T | Promise<T>;

export interface ChannelOptions<State> {
  /**
   * Reads the state that the channel's messages change: called after the first join, and when messages are missing.
   * Read the position first, then the data. Without a position, it is that of the join.
   */
  readonly state?:
    ((request: { readonly signal: AbortSignal }) => Awaitable<State & WithPosition>) | undefined;
}

/** A channel of which the client is a member, until it leaves. */
export interface Channel<Data = unknown, State = undefined> extends AsyncIterable<Message<Data>> {
  readonly name: string;
  /** Up to here the application has every message. Undefined before the first join. */
  readonly position: Position | undefined;

  /** @returns a function that removes the listener */
  on<E extends keyof ChannelEvents<Data, State>>(
    event: E,
    listener: (value: ChannelEvents<Data, State>[E]) => void,
    options?: ListenOptions,
  ): () => void;

  /** The messages from now on. The iteration ends when the channel is left, the client is closed or the signal is aborted. */
  messages(options?: ListenOptions): AsyncIterableIterator<Message<Data>>;

  /**
   * Publishes to all members, this client included. While there is no connection, the message waits. Messages of one
   * channel are published in the order of the calls.
   *
   * @returns the message's offset
   * @throws {BackchannelError} see docs/client.md for the codes
   */
  publish(data: Data, options?: ListenOptions): Promise<number>;

  /** @throws {BackchannelError} */
  presence(options?: ListenOptions): Promise<Presence>;

  /** Stops receiving. @returns once the service has confirmed it, or there is no connection */
  leave(): Promise<void>;
}

/**
 * - `idle`: no channel was asked for yet, so no connection is open.
 * - `connecting`: a connection is being opened.
 * - `connected`: messages can be sent.
 * - `waiting`: there is no connection; the next attempt is planned.
 * - `closed`: by `close()`, or by an error that no further attempt can correct.
 */
export type Status = 'idle' | 'connecting' | 'connected' | 'waiting' | 'closed';

export interface StatusChange {
  readonly status: Status;
  /** Why there is no connection. */
  readonly error?: BackchannelError | undefined;
  /** Of `waiting`: milliseconds until the next attempt. */
  readonly retryMs?: number | undefined;
}

/** A second connection takes the place of the first. */
export interface HandOver {
  readonly phase: 'started' | 'completed' | 'failed';
  readonly error?: BackchannelError | undefined;
}

export interface ClientEvents {
  status: StatusChange;
  handover: HandOver;
  /** A backend has sent this to the connection or the user, and not to a channel. There is no guarantee for it. */
  direct: { readonly data: unknown };
  /** Something failed and is attempted again. */
  error: BackchannelError;
}

/** One connection to a Backchannel service, which lasts until it is closed. */
export interface Client<Channels extends ChannelMap> {
  readonly status: Status;

  /** Joins a channel. The same object is returned until the channel is left. */
  channel<Name extends keyof Channels & string, State = undefined>(
    name: Name,
    options?: ChannelOptions<State>,
  ): Channel<Channels[Name], State>;

  /** @returns a function that removes the listener */
  on<E extends keyof ClientEvents>(
    event: E,
    listener: (value: ClientEvents[E]) => void,
    options?: ListenOptions,
  ): () => void;

  /** Checks the connection now, or opens it now. For platforms that do not tell when the network or the page is back. */
  wake(): void;

  /** Ends everything. @returns once the connection is closed */
  close(): Promise<void>;
}
