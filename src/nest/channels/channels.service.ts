import { Inject, Injectable } from '@nestjs/common';
import { type ChannelName, LIMITS, type Published, type Since } from '../../api/messages.js';
import { Config } from '../../service/configuration/config.js';
import { UnknownConnectionError } from '../connections/connection.errors.js';
import { type Sender } from '../connections/connections.service.js';
import { RequestLog } from '../logging/request-log.js';
import { type Position, type Retention, Store } from '../store/store.js';
import { ChannelError } from './channel.errors.js';
import { ChannelOrder } from './channel-order.js';
import { FanOutService } from './fan-out/fan-out.service.js';
import { MemberNotices } from './member-notices.js';
import { logContent, messageFrame } from './message-frame.js';
import { type PermittedAction, Permissions } from './permissions.js';
import { ReplayService } from './replay/replay.service.js';

/** What a new member is told. */
export interface Joined extends Position {
  /** Whether all that was missed has been sent; undefined for who did not ask. */
  readonly recovered?: boolean | undefined;
}

/** Channels come into being when somebody joins and end when the last one leaves. */
@Injectable()
export class ChannelsService {
  readonly #order: ChannelOrder;

  constructor(
    private readonly store: Store,
    private readonly fanOut: FanOutService,
    private readonly replay: ReplayService,
    private readonly notices: MemberNotices,
    private readonly permissions: Permissions,
    @Inject(Config) private readonly config: Config,
    private readonly log: RequestLog,
  ) {
    this.#order = new ChannelOrder({ messages: config.callbackQueue, bytes: config.callbackQueueBytes });
  }

  /**
   * Makes the sender a member. Who is one already stays one, and is sent what it has missed all the same.
   *
   * @param since where it had got to before; without it, it gets what comes from now on
   * @throws {ChannelError} `channel_name_too_long`, `too_many_channels`, or what the permissions say
   * @throws {UnknownConnectionError} the store does not know the connection any more
   * @throws what {@link ReplayService.resume} throws
   */
  async join(channel: ChannelName, sender: Sender, since?: Since): Promise<Joined> {
    await this.requirePermission('join', channel, sender);
    if (since === undefined) return this.enter(channel, sender);
    const { position, isRecovered } = await this.replay.resume(channel, sender.connectionId, since, () =>
      this.enter(channel, sender),
    );
    this.log.debug({ channel, isRecovered, missed: position.offset - since.offset }, 'resumed');
    return { ...position, recovered: isRecovered };
  }

  /** @throws {ChannelError} `channel_name_too_long` */
  async leave(channel: ChannelName, sender: Sender): Promise<void> {
    // also a channel that was joined when names could be longer
    requireLength(channel, LIMITS.channelNameLength);
    const hasLeft = await this.store.leave(channel, sender.connectionId);
    this.log.debug({ channel, hasLeft }, 'left');
    if (hasLeft) this.notices.tell('left', sender, [channel]);
  }

  /** @throws {ChannelError} `not_joined`, `channel_name_too_long`, or what the permissions say */
  async requireMember(action: PermittedAction, channel: ChannelName, sender: Sender): Promise<void> {
    await this.requirePermission(action, channel, sender);
    if (await this.store.isMember(channel, sender.connectionId)) return;
    throw new ChannelError('not_joined', `not a member of ${channel}: join it first`);
  }

  /**
   * Sends what a client publishes to every member, the publisher among them.
   *
   * @returns once a delivery to each of them was tried, or is sure to be
   * @throws what {@link ChannelsService.requireMember} and {@link ChannelsService.send} throw
   */
  async publish(channel: ChannelName, publisher: Sender, data: unknown): Promise<Position> {
    const { connectionId: from, userId: user } = publisher;
    await this.requireMember('publish', channel, publisher);
    return this.send(channel, { data, from, user });
  }

  /**
   * Sends a message to every member, whoever it comes from, and keeps it in the channel's log. What comes through this
   * task reaches each member in the order of the offsets.
   *
   * @throws {TooLargeError} the message would be larger than API Gateway carries; nobody got it
   * @throws {QueueFullError} too many messages wait; nobody got it, but it may be in the log
   */
  async send(channel: ChannelName, published: Published): Promise<Position> {
    const content = logContent(channel, published);
    return this.#order.run(
      channel,
      Buffer.byteLength(content),
      async () => {
        await this.fanOut.requireRoom(channel);
        return this.store.append(channel, content, this.retention(channel));
      },
      ({ offset }, pass) => this.fanOut.send(channel, offset, messageFrame(channel, offset, content), pass),
    );
  }

  private async enter(channel: ChannelName, sender: Sender): Promise<Position> {
    const { connectionId } = sender;
    const { perConnection } = this.config.channels;
    const outcome = await this.store.join(channel, connectionId, perConnection);
    this.log.debug({ channel, outcome: outcome.kind }, 'joined');
    switch (outcome.kind) {
      case 'unknown_connection':
        throw new UnknownConnectionError(connectionId);
      case 'too_many_channels':
        throw new ChannelError(
          outcome.kind,
          `a member of ${perConnection} channels already: leave one first`,
        );
      case 'joined':
        this.notices.tell('joined', sender, [channel]);
        return outcome.position;
      case 'was_member':
        return outcome.position;
    }
    return outcome satisfies never;
  }

  private async requirePermission(
    action: PermittedAction,
    channel: ChannelName,
    sender: Sender,
  ): Promise<void> {
    requireLength(channel, this.config.channels.nameLength);
    const verdict = await this.permissions.permits(action, channel, sender);
    if (verdict !== 'allowed') throw new ChannelError(verdict);
  }

  private retention(channel: ChannelName): Retention {
    const { historyMessages, historyMs, historyOff } = this.config.channels;
    const isKept = !historyOff.some((prefix) => channel.startsWith(prefix));
    return { messages: isKept ? historyMessages : 0, ageMs: historyMs };
  }
}

function requireLength(channel: ChannelName, length: number): void {
  if (channel.length <= length) return;
  throw new ChannelError(
    'channel_name_too_long',
    `the name of a channel has at most ${length} characters, not ${channel.length}`,
  );
}
