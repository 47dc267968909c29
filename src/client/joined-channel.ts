import type { ChannelMessage, ServerMessage } from '../api/messages.js';
import { Calls } from './calls.js';
import { ChannelLog } from './channel-log.js';
import { Emitter } from './emitter.js';
import { type BackchannelError, clientError } from './errors.js';
import type { Link } from './link.js';
import { type JoinedReply, type JoinRequest, Membership } from './membership.js';
import { MessageStream } from './message-stream.js';
import type { Settings } from './options.js';
import type { Platform } from './platform.js';
import type { PublishQueue } from './publish-queue.js';
import { StateReader } from './state-reader.js';
import type {
  Channel,
  ChannelEvents,
  ChannelOptions,
  ListenOptions,
  MemberNotice,
  Message,
  Position,
  Presence,
  WithPosition,
} from './types.js';

/** What a channel uses of its client. */
export interface ChannelContext {
  readonly settings: Settings;
  readonly platform: Platform;
  readonly queue: PublishQueue;
  /** It may have become ready for a new connection. */
  changed(): void;
  /** A connection is needed on which nothing is in flight. */
  replaceConnection(): void;
  /** The channel was left. @param left resolves once the service has confirmed it */
  left(left: Promise<void>): void;
}

type Received = Omit<ChannelMessage, 'type' | 'channel' | 'offset'> & { readonly replayed: boolean };

/** A channel on one connection, or during a hand-over on two. */
export class JoinedChannel<Data, State> implements Channel<Data, State> {
  readonly name: string;
  readonly #context: ChannelContext;
  readonly #events = new Emitter<ChannelEvents<Data, State>>();
  readonly #streams = new Set<MessageStream<Message<Data>>>();
  readonly #memberships = new Map<Link, Membership>();
  readonly #log: ChannelLog<Received>;
  readonly #calls: Calls;
  /** Promises that the application has, and that are not settled, each with a function that ignores its rejection. */
  readonly #operations = new Map<Promise<unknown>, () => void>();
  readonly #state: StateReader<State> | undefined;
  /** During a hand-over, notices come on both connections: the last one by connection. */
  readonly #notices = new Map<string, MemberNotice['event']>();
  #active: Link | undefined;
  /** Why the channel cannot be used any more. */
  #ended: BackchannelError | undefined;
  #isHeld: boolean;

  /** @param after an earlier channel of this name is being left until then */
  constructor(name: string, context: ChannelContext, options: ChannelOptions<State>, after?: Promise<void>) {
    this.name = name;
    this.#context = context;
    const { settings, platform } = context;
    this.#calls = new Calls(settings, platform);
    this.#log = new ChannelLog({
      clock: platform.clock,
      handOn: (received, position) => this.#handOn(received, position),
      fill: () => this.#activeMembership?.join(true),
    });
    this.#state =
      options.state &&
      new StateReader(options.state, platform, {
        read: (state) => this.#stateWasRead(state),
        failed: (error) => this.#events.emit('error', error),
      });
    this.#isHeld = after !== undefined;
    void after?.then(() => this.#release());
  }

  get position(): Position | undefined {
    return this.#log.position;
  }

  on<E extends keyof ChannelEvents<Data, State>>(
    event: E,
    listener: (value: ChannelEvents<Data, State>[E]) => void,
    options?: ListenOptions,
  ): () => void {
    return this.#events.on(event, listener, options);
  }

  messages({ signal }: ListenOptions = {}): AsyncIterableIterator<Message<Data>> {
    const end = () => stream.end();
    const stream = new MessageStream<Message<Data>>(this.#context.settings.iterationLimit, () => {
      this.#streams.delete(stream);
      signal?.removeEventListener('abort', end);
    });
    this.#streams.add(stream);
    if (signal?.aborted || this.#ended !== undefined) stream.end();
    else signal?.addEventListener('abort', end);
    return stream;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message<Data>> {
    return this.messages();
  }

  publish(data: Data, { signal }: ListenOptions = {}): Promise<number> {
    return this.#run((channel) =>
      this.#context.queue.add(data, channel, (fields) =>
        this.#calls.call({ action: 'publish', fields, signal }),
      ),
    );
  }

  presence({ signal }: ListenOptions = {}): Promise<Presence> {
    return this.#run(async (fields) => {
      const reply = await this.#calls.call({ action: 'presence', fields, signal });
      return (reply as Extract<ServerMessage, { readonly type: 'presence' }>).data;
    });
  }

  leave(): Promise<void> {
    if (this.#ended !== undefined) return Promise.resolve();
    this.end(clientError('left'));
    const leaving = [...this.#memberships.values()].map(
      (membership) =>
        new Promise<void>((resolve) => {
          membership.leave((isCertain) => {
            if (!isCertain) this.#context.replaceConnection();
            resolve();
          });
        }),
    );
    const left = Promise.all(leaving).then(() => undefined);
    this.#context.left(left);
    return left;
  }

  /** Ends what the application waits for. */
  end(error: BackchannelError): void {
    this.#ended = error;
    // the application has ended them itself, so that it need not handle it
    for (const ignore of this.#operations.values()) ignore();
    this.#log.end();
    this.#state?.end();
    this.#calls.end(error);
    for (const stream of this.#streams) stream.end();
    for (const membership of this.#memberships.values()) membership.end();
  }

  /** A connection is open. */
  opened(link: Link): void {
    const membership = new Membership(link, this.name, this.#context.platform, {
      request: () => ({ since: this.#log.position, arrivals: this.#log.arrivals }),
      joined: (joining, request, reply) => this.#joined(joining, request, reply),
      refused: (refused) => {
        if (refused.link === this.#active) this.#refuse(refused);
        this.#context.changed();
      },
    });
    this.#memberships.set(link, membership);
    if (!this.#isHeld) membership.join();
  }

  /** A connection is the one to send to. */
  activated(link: Link): void {
    this.#active = link;
    const membership = this.#activeMembership;
    this.#calls.use(membership);
    if (membership?.error !== undefined) this.#refuse(membership);
  }

  /** A connection has ended, or is about to be closed. */
  closed(link: Link): void {
    this.#memberships.get(link)?.end();
    this.#memberships.delete(link);
    if (this.#memberships.size < 2) this.#notices.clear();
    if (this.#active !== link) return;
    this.#active = undefined;
    this.#calls.use(undefined);
  }

  /** Whether the other connections are not needed to receive this channel. */
  isReady(link: Link): boolean {
    const membership = this.#memberships.get(link);
    return membership?.error !== undefined || (membership?.isJoined === true && !this.#log.isBehind);
  }

  received(link: Link, message: ServerMessage): void {
    const membership = this.#memberships.get(link);
    if (membership === undefined) return;
    if (message.type === 'memberships_lost') {
      if (!this.#isHeld) membership.lost();
    } else if (message.type === 'member') this.#noticed(message.data);
    else if (message.type === 'message' && 'offset' in message) {
      this.#log.receive(message.offset, { ...message, replayed: membership.isCatchingUp });
      this.#context.changed();
    }
  }

  /** The channel's log is ahead, or has another epoch. */
  isBehind({ epoch, offset }: Position): void {
    if (epoch === this.#log.position?.epoch) this.#log.expect(offset);
    else this.#activeMembership?.join();
  }

  get #activeMembership(): Membership | undefined {
    return this.#active && this.#memberships.get(this.#active);
  }

  /** The earlier channel of this name is left. */
  #release(): void {
    this.#isHeld = false;
    for (const membership of this.#memberships.values()) membership.join();
  }

  /** @param run called with the field `channel`, as JSON */
  #run<T>(run: (channel: string) => Promise<T>): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const operation = run(`,"channel":${JSON.stringify(this.name)}`).finally(() =>
      this.#operations.delete(operation),
    );
    this.#operations.set(operation, () => void operation.catch(() => undefined));
    return operation;
  }

  #joined(membership: Membership, { since, arrivals, isForGap }: JoinRequest, reply: JoinedReply): void {
    const { epoch, offset, recovered, replayed = 0 } = reply;
    const position = this.#log.position;
    const joined = (isRecovered: boolean) =>
      this.#events.emit('joined', { position: { epoch, offset }, recovered: isRecovered, replayed });
    const isSame = position?.epoch === epoch;
    const hasAll = isSame && offset <= position.offset;
    if (position === undefined) this.#begin({ epoch, offset }, arrivals, () => joined(true));
    else if (since?.epoch !== position.epoch || (recovered === true && !isSame)) {
      // another connection has changed the position since the request
      if (hasAll) joined(true);
      else membership.join();
    } else if (
      recovered === true ||
      (isSame && offset >= since.offset && (hasAll || (!isForGap && this.#isMemberBeside(membership))))
    ) {
      // the other connection delivers the messages up to the offset
      this.#state?.succeeded();
      this.#log.expect(offset);
      this.#log.waitForGap();
      joined(true);
    } else this.#begin({ epoch, offset }, arrivals, () => joined(false));
    if (membership.link === this.#active) this.#calls.pump();
    this.#context.changed();
  }

  #isMemberBeside(membership: Membership): boolean {
    return [...this.#memberships.values()].some((other) => other !== membership && other.isJoined);
  }

  /** Goes on from the position of a join, and has the state read. */
  #begin(position: Position, arrivals: number, announce: () => void): void {
    this.#log.pause();
    this.#log.restart(position, arrivals);
    announce();
    if (this.#ended !== undefined) return;
    if (this.#state === undefined) this.#log.resume();
    else this.#state.start();
  }

  #stateWasRead(state: State): void {
    this.#events.emit('state', state);
    const base = this.#log.position;
    if (this.#ended !== undefined || base === undefined) return;
    const { position = base } = (state ?? {}) as WithPosition;
    this.#log.restart(position, this.#log.arrivals);
    const isSame = position.epoch === base.epoch;
    if (isSame) this.#log.expect(base.offset);
    this.#log.resume();
    if (isSame && position.offset >= base.offset) this.#state?.succeeded();
    else this.#activeMembership?.join(true);
    this.#context.changed();
  }

  #handOn({ data, user, from, replayed }: Received, { epoch, offset }: Position): void {
    const message: Message<Data> = {
      data: data as Data,
      offset,
      epoch,
      replayed,
      ...(user !== undefined && { user }),
      ...(from !== undefined && { from }),
    };
    for (const stream of this.#streams) stream.push(message);
    this.#events.emit('message', message);
  }

  #noticed(notice: MemberNotice): void {
    if (this.#ended !== undefined) return;
    if (this.#memberships.size > 1) {
      if (this.#notices.get(notice.connectionId) === notice.event) return;
      this.#notices.set(notice.connectionId, notice.event);
    }
    this.#events.emit('member', notice);
  }

  #refuse({ error }: Membership): void {
    this.#calls.pump();
    for (const stream of this.#streams) stream.end(error);
    this.#events.emit('error', error!);
  }
}
