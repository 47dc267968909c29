import type { ServerMessage } from '../api/messages.js';
import { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { type BackchannelError, clientError } from './errors.js';
import { JoinedChannel } from './joined-channel.js';
import type { Link } from './link.js';
import { type ConnectOptions, readOptions, type Settings } from './options.js';
import { type Platform, platformOf } from './platform.js';
import { PublishQueue } from './publish-queue.js';
import type {
  Channel,
  ChannelMap,
  ChannelOptions,
  Client,
  ClientEvents,
  ListenOptions,
  Position,
  Status,
} from './types.js';

/**
 * A client of the service at this URL. It opens a connection when the first channel is joined, so that a module may
 * create one where there is no browser.
 *
 * @throws {BackchannelError} `bad_options`
 */
export const connect = <Channels extends ChannelMap = Record<string, unknown>>(
  options: ConnectOptions,
): Client<Channels> => new ConnectedClient<Channels>(options);

/** The channels of a client, and the connection below them. */
class ConnectedClient<Channels extends ChannelMap> implements Client<Channels> {
  readonly #settings: Settings;
  readonly #platform: Platform;
  readonly #queue: PublishQueue;
  readonly #events = new Emitter<ClientEvents>();
  readonly #channels = new Map<string, JoinedChannel<unknown, unknown>>();
  /** Channels that are being left. */
  readonly #leaving = new Map<string, Promise<void>>();
  /** The open connections. */
  readonly #links = new Set<Link>();
  readonly #connection: Connection;
  #active: Link | undefined;
  #ended: BackchannelError | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #aborted = () => void this.close();

  constructor(options: ConnectOptions) {
    this.#settings = readOptions(options);
    this.#platform = platformOf(options);
    this.#queue = new PublishQueue(this.#settings.queueLimit, this.#platform.random);
    this.#connection = new Connection(this.#settings, this.#platform, {
      status: (change) => this.#events.emit('status', change),
      handOver: (change) => this.#events.emit('handover', change),
      failed: (error) => this.#events.emit('error', error),
      ended: (error) => void this.#end(error, error),
      opened: (link) => {
        this.#links.add(link);
        for (const channel of this.#channels.values()) channel.opened(link);
      },
      activated: (link) => {
        this.#active = link;
        for (const channel of this.#channels.values()) channel.activated(link);
      },
      closed: (link) => {
        this.#links.delete(link);
        if (this.#active === link) this.#active = undefined;
        for (const channel of this.#channels.values()) channel.closed(link);
      },
      isReady: (link) => [...this.#channels.values()].every((channel) => channel.isReady(link)),
      received: (link, message, isActive) => this.#received(link, message, isActive),
      positions: () => this.#positions(),
      isBehind: (name, position) => this.#channels.get(name)?.isBehind(position),
    });
    this.#signal = options.signal;
    if (this.#signal?.aborted) void this.close();
    else this.#signal?.addEventListener('abort', this.#aborted);
  }

  get status(): Status {
    return this.#connection.status;
  }

  channel<Name extends keyof Channels & string, State = undefined>(
    name: Name,
    options: ChannelOptions<State> = {},
  ): Channel<Channels[Name], State> {
    if (this.#ended !== undefined) throw this.#ended;
    const existing = this.#channels.get(name);
    if (existing !== undefined) return existing as unknown as Channel<Channels[Name], State>;
    const channel = new JoinedChannel<Channels[Name], State>(
      name,
      {
        settings: this.#settings,
        platform: this.#platform,
        queue: this.#queue,
        changed: () => this.#connection.changed(),
        replaceConnection: () => this.#connection.replaceAfter(0),
        left: (left) => this.#left(name, left),
      },
      options,
      this.#leaving.get(name),
    );
    this.#channels.set(name, channel as unknown as JoinedChannel<unknown, unknown>);
    for (const link of this.#links) channel.opened(link);
    if (this.#active !== undefined) channel.activated(this.#active);
    this.#connection.start();
    return channel;
  }

  on<E extends keyof ClientEvents>(
    event: E,
    listener: (value: ClientEvents[E]) => void,
    options?: ListenOptions,
  ): () => void {
    return this.#events.on(event, listener, options);
  }

  wake(): void {
    this.#connection.wake();
  }

  close(): Promise<void> {
    return this.#end(clientError('closed'));
  }

  /** @param reason why no further attempt is made */
  async #end(error: BackchannelError, reason?: BackchannelError): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#signal?.removeEventListener('abort', this.#aborted);
    for (const channel of this.#channels.values()) channel.end(error);
    this.#channels.clear();
    await this.#connection.close(reason);
  }

  #left(name: string, left: Promise<void>): void {
    this.#channels.delete(name);
    this.#leaving.set(name, left);
    void left.then(() => this.#leaving.get(name) === left && this.#leaving.delete(name));
    this.#connection.changed();
  }

  #received(link: Link, message: ServerMessage, isActive: boolean): void {
    if (message.type === 'memberships_lost') {
      for (const channel of this.#channels.values()) channel.received(link, message);
    } else if ('channel' in message) this.#channels.get(message.channel)?.received(link, message);
    else if (message.type === 'message' && isActive) this.#events.emit('direct', { data: message.data });
  }

  *#positions(): Iterable<readonly [string, Position]> {
    for (const { name, position } of this.#channels.values()) {
      if (position !== undefined) yield [name, position];
    }
  }
}
