import type { ClientErrorCode } from '../../api/errors.js';
import type { ServerMessage, Since } from '../../api/messages.js';
import { type Clock, platformOf, type WebSocketConstructor } from '../platform.js';
import { FakeChannel } from './fake-channel.js';
import { FakeSocket } from './fake-socket.js';

/** A message of a client, as it was sent. */
export interface FakeRequest {
  readonly action: string;
  readonly id?: number;
  readonly channel?: string;
  readonly since?: Since;
  readonly data?: unknown;
  readonly key?: string;
  readonly positions?: Readonly<Record<string, Since>>;
}

/** One connection, as the service sees it. */
export interface FakeConnection {
  readonly id: string;
  readonly url: string;
  /** The token, without any check. */
  readonly user: string | undefined;
  readonly socket: FakeSocket;
  isOpen: boolean;
}

export interface FakeServiceOptions {
  /** For the time in `joinedAt`, and for `latencyMs`. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** One way. With 0, messages arrive as soon as the code that sends them has ended. */
  readonly latencyMs?: number | undefined;
  /** The number of messages that a log keeps. */
  readonly historyMessages?: number | undefined;
  /** Channels whose names begin with one of these notify their members of each other. */
  readonly memberNotices?: readonly string[] | undefined;
}

type Response = ServerMessage | { readonly message: string };

/**
 * A Backchannel service in the same process, which speaks the protocol to the clients that are created with its
 * `options`. It keeps its state while clients are disconnected.
 */
export class FakeService {
  /** Of `connect`: `connect({ ...service.options })`. */
  readonly options: { readonly url: string; readonly WebSocket: WebSocketConstructor };
  /** Every connection so far, in the order in which they were accepted. */
  readonly connections: FakeConnection[] = [];
  /** Every message of a client so far. */
  readonly requests: FakeRequest[] = [];
  /** What the next handshakes get: `undefined` accepts them, `'unreachable'` ends them without a response, as a browser shows every failure. */
  handshake: number | 'unreachable' | 'silent' | undefined;
  latencyMs: number;
  /** Called with each message of a client. What it returns is sent in place of the reply; `'none'`: there is no reply. */
  onRequest:
    ((request: FakeRequest, connection: FakeConnection) => Response | 'none' | undefined) | undefined;
  /** Called with each message to a client; returns whether it arrives. */
  onDeliver: ((message: ServerMessage, connection: FakeConnection) => boolean) | undefined;
  readonly #channels = new Map<string, FakeChannel>();
  readonly #historyMessages: number;
  readonly #memberNotices: readonly string[];
  readonly #clock: Clock;
  /** Handshakes so far, with those that were refused. */
  handshakes = 0;

  constructor({
    clock,
    latencyMs = 0,
    historyMessages = 1000,
    memberNotices = ['presence:'],
  }: FakeServiceOptions = {}) {
    this.#clock = platformOf({ ...(clock && { clock }) }).clock;
    this.latencyMs = latencyMs;
    this.#historyMessages = historyMessages;
    this.#memberNotices = memberNotices;
    const connect = this.#connect.bind(this);
    this.options = {
      url: 'ws://backchannel.test/dev',
      WebSocket: function WebSocket(url: string, protocols: readonly string[]) {
        return connect(url, protocols);
      } as unknown as WebSocketConstructor,
    };
  }

  /** The connections that are open now. */
  get open(): readonly FakeConnection[] {
    return this.connections.filter(({ isOpen }) => isOpen);
  }

  channel(name: string): FakeChannel {
    const channel = this.#channels.get(name) ?? new FakeChannel(name, this.#historyMessages);
    this.#channels.set(name, channel);
    return channel;
  }

  /** Publishes as a backend does. @returns the position of the message */
  publish(name: string, data: unknown): Since {
    const channel = this.channel(name);
    this.#toMembers(channel, channel.append(data));
    return channel.position;
  }

  /** Sends to every connection, and to no channel. */
  sendDirect(data: unknown): void {
    for (const connection of this.open) this.send(connection, { type: 'message', data });
  }

  /** Asks every client to move to another connection. */
  askToReconnect(afterMs: number): void {
    for (const connection of this.open) this.send(connection, { type: 'reconnect', afterMs });
  }

  /** Ends connections as API Gateway does: by default all of them, after two hours. */
  disconnect(code = 1001, reason = 'Going away', connections = this.open): void {
    for (const connection of connections) connection.socket.end(code, reason);
  }

  /** Forgets who is a member of what, and tells the clients. */
  loseMemberships(): void {
    for (const { members } of this.#channels.values()) members.clear();
    for (const connection of this.open) this.send(connection, { type: 'memberships_lost' });
  }

  /** Sends one message, or several in one frame. */
  send(connection: FakeConnection, ...messages: readonly ServerMessage[]): void {
    const arriving = messages.filter((message) => this.onDeliver?.(message, connection) ?? true);
    if (arriving.length > 0) {
      connection.socket.deliver(JSON.stringify(arriving.length === 1 ? arriving[0] : arriving));
    }
  }

  #connect(url: string, protocols: readonly string[]): FakeSocket {
    const socket = new FakeSocket(this.#clock, () => this.latencyMs);
    this.handshakes += 1;
    if (this.handshake === 'silent') return socket;
    if (this.handshake !== undefined) {
      socket.refuse(this.handshake === 'unreachable' ? '' : `Unexpected server response: ${this.handshake}`);
      return socket;
    }
    const token =
      protocols.find((protocol) => protocol.startsWith('token.'))?.slice('token.'.length) ??
      /[?&]token=([^&]*)/.exec(url)?.[1];
    const id = `connection-${this.connections.length + 1}`;
    const connection: FakeConnection = { id, url, user: token, socket, isOpen: true };
    this.connections.push(connection);
    socket.accept({
      url,
      protocols,
      received: (text) => this.#receive(connection, JSON.parse(text) as FakeRequest),
      closed: () => {
        connection.isOpen = false;
        for (const channel of this.#channels.values()) this.#remove(channel, connection);
      },
    });
    return socket;
  }

  #receive(connection: FakeConnection, request: FakeRequest): void {
    this.requests.push(request);
    const instead = this.onRequest?.(request, connection);
    if (instead === 'none') return;
    if (instead !== undefined) {
      const reply = 'type' in instead ? { id: request.id, ...instead } : instead;
      return this.send(connection, reply as ServerMessage);
    }
    for (const reply of this.#handle(connection, request)) this.send(connection, ...reply);
  }

  /** @returns the replies, by frame */
  #handle(connection: FakeConnection, request: FakeRequest): (readonly ServerMessage[])[] {
    const { action, id, channel: name = '' } = request;
    const channel = this.channel(name);
    const refused = (code: ClientErrorCode): (readonly ServerMessage[])[] => [
      [{ type: 'error', id, code, message: `The fake service refuses ${action}.` }],
    ];
    const isMember = channel.members.has(connection.id);
    switch (action) {
      case 'ping':
        return [
          [
            {
              type: 'pong',
              id,
              ...(request.positions && { behind: this.#behind(connection, request.positions) }),
            },
          ],
        ];
      case 'join':
        return this.#join(connection, channel, request);
      case 'leave':
        this.#remove(channel, connection);
        return [[{ type: 'left', id, channel: name }]];
      case 'publish':
        return isMember ? this.#publish(connection, channel, request) : refused('not_joined');
      case 'presence':
        return isMember
          ? [[{ type: 'presence', id, channel: name, data: this.#presence(channel) }]]
          : refused('not_joined');
      default:
        return refused('unknown_action');
    }
  }

  #join(
    connection: FakeConnection,
    channel: FakeChannel,
    { id, since }: FakeRequest,
  ): (readonly ServerMessage[])[] {
    if (!channel.members.has(connection.id)) {
      this.#notify(channel, connection, 'joined');
      channel.members.set(connection.id, this.#clock.now());
    }
    const missed = since && channel.since(since);
    const joined = {
      type: 'joined' as const,
      id,
      channel: channel.name,
      ...channel.position,
      ...(since && { recovered: missed !== undefined, replayed: missed?.length ?? 0 }),
    };
    return missed === undefined || missed.length === 0 ? [[joined]] : [missed, [joined]];
  }

  #publish(
    connection: FakeConnection,
    channel: FakeChannel,
    request: FakeRequest,
  ): (readonly ServerMessage[])[] {
    const { id, data, key } = request;
    const ownKey = key === undefined ? undefined : `${connection.user ?? connection.id} ${key}`;
    const found = ownKey === undefined ? undefined : channel.find(ownKey, data);
    if (found === 'reused')
      return [[{ type: 'error', id, code: 'key_reused', message: 'The key was used.' }]];
    const published = { type: 'published' as const, id, channel: channel.name };
    if (found !== undefined) {
      const message = channel.at(found.offset);
      if (message !== undefined) this.#toMembers(channel, message);
      return [[{ ...published, ...found, repeated: true }]];
    }
    const { id: from, user } = connection;
    const message = channel.append(data, { from, ...(user !== undefined && { user }) });
    if (ownKey !== undefined) channel.remember(ownKey, data);
    this.#toMembers(channel, message);
    return [[{ ...published, ...channel.position }]];
  }

  #behind(connection: FakeConnection, positions: Readonly<Record<string, Since>>) {
    return Object.entries(positions).flatMap(([name, { epoch, offset }]) => {
      const channel = this.channel(name);
      const { position } = channel;
      const isBehind = position.epoch !== epoch || position.offset > offset;
      return isBehind && channel.members.has(connection.id) ? [{ channel: name, ...position }] : [];
    });
  }

  #presence({ members }: FakeChannel) {
    const users = new Map(this.connections.map(({ id, user }) => [id, user]));
    return {
      count: members.size,
      members: [...members].map(([connectionId, joinedAt]) => {
        const userId = users.get(connectionId);
        return { connectionId, joinedAt, ...(userId !== undefined && { userId }) };
      }),
    };
  }

  #remove(channel: FakeChannel, connection: FakeConnection): void {
    if (channel.members.delete(connection.id)) this.#notify(channel, connection, 'left');
  }

  #notify(channel: FakeChannel, { id, user }: FakeConnection, event: 'joined' | 'left'): void {
    if (!this.#memberNotices.some((prefix) => channel.name.startsWith(prefix))) return;
    const data = { event, connectionId: id, ...(user !== undefined && { userId: user }) };
    this.#toMembers(channel, { type: 'member', channel: channel.name, data });
  }

  #toMembers({ members }: FakeChannel, message: ServerMessage): void {
    for (const connection of this.open) if (members.has(connection.id)) this.send(connection, message);
  }
}
