import { Injectable } from '@nestjs/common';
import { type ChannelName, type JsonText, type Published, type Since } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { Config } from '../config/config.js';
import { type Sender } from '../connections/caller.js';
import { UnknownConnectionError } from '../connections/connection.errors.js';
import { RequestLog } from '../logging/request-log.js';
import {
  type AppendKey,
  type Appended,
  LogStore,
  type Position,
  type Retention,
} from '../store/log-store.js';
import { MembershipStore } from '../store/membership-store.js';
import { ChannelError } from './channel.errors.js';
import { ChannelOrder } from './channel-order.js';
import { type Joined } from './channels.js';
import { FanOutService } from './fan-out/fan-out.service.js';
import { MemberNotices } from './member-notices.js';
import { logContent, messageFrame } from './message-frame.js';
import { type PermittedAction, Permissions } from './permissions.js';
import { publishKey } from './publish-key.js';
import { ReplayService } from './replay/replay.service.js';

/** Channels: a channel exists from its first join until its last member leaves. */
@Injectable()
export class ChannelsService {
  readonly #order: ChannelOrder;

  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly logStore: LogStore,
    private readonly fanOut: FanOutService,
    private readonly replay: ReplayService,
    private readonly notices: MemberNotices,
    private readonly permissions: Permissions,
    private readonly config: Config,
    private readonly log: RequestLog,
  ) {
    this.#order = new ChannelOrder({ messages: config.callbackQueue, bytes: config.callbackQueueBytes });
  }

  /**
   * Makes the sender a member. A sender that is one already stays one, and is also sent what it has missed.
   *
   * @param since the position of the last message that the client has; without it, nothing is replayed
   * @throws {ChannelError} `channel_name_too_long`, `too_many_channels`, or the code of the permissions
   * @throws {UnknownConnectionError} the store no longer has the connection
   * @throws the errors of {@link ReplayService.resume}
   */
  async join(channel: ChannelName, sender: Sender, since?: Since): Promise<Joined> {
    await this.#requirePermission('join', channel, sender);
    if (since === undefined) return this.#enter(channel, sender);
    const { position, isRecovered, replayed } = await this.replay.resume(
      channel,
      sender.connectionId,
      since,
      () => this.#enter(channel, sender),
    );
    this.log.debug({ channel, isRecovered, replayed }, 'resumed');
    return { ...position, recovered: isRecovered, replayed };
  }

  /** @throws {ChannelError} `channel_name_too_long` */
  async leave(channel: ChannelName, sender: Sender): Promise<void> {
    // not the configured length: the channel may have been joined when names could be longer
    requireLength(channel);
    const hasLeft = await this.membershipStore.leave(channel, sender.connectionId);
    this.log.debug({ channel, hasLeft }, 'left');
    if (hasLeft) this.notices.notify('left', sender, [channel]);
  }

  /** @throws {ChannelError} `not_joined`, `channel_name_too_long`, or the code of the permissions */
  async requireMember(action: PermittedAction, channel: ChannelName, sender: Sender): Promise<void> {
    await this.#requirePermission(action, channel, sender);
    if (await this.membershipStore.isMember(channel, sender.connectionId)) return;
    throw new ChannelError('not_joined', `Not a member of ${channel}. Join it first.`);
  }

  /**
   * Sends a client's message to every member, including the publisher.
   *
   * @param key chosen by the publisher: the message is in the log once, however often the same user repeats it. A
   *   publisher without a user has keys of its own
   * @returns once delivery to each member was attempted, or is guaranteed to be
   * @throws the errors of {@link ChannelsService.requireMember} and {@link ChannelsService.send}
   */
  async publish(channel: ChannelName, publisher: Sender, data: JsonText, key?: string): Promise<Appended> {
    const { connectionId: from, userId: user } = publisher;
    await this.requireMember('publish', channel, publisher);
    const once =
      key === undefined ? undefined : publishKey(publisher, key, data, this.config.channels.publishOnceMs);
    return this.send(channel, { data, from, user }, once);
  }

  /**
   * Appends a message of any publisher to the channel's log and sends it to every member. Messages that come through
   * this task reach each member in the order of their offsets.
   *
   * @param once with a key whose message is in the log, that message is not appended again, but sent again
   * @throws {TooLargeError} the message would be larger than API Gateway allows; no member got it
   * @throws {QueueFullError} too many messages are queued; no member got it, but it may be in the log
   * @throws {KeyReusedError} the key was used for another message
   */
  async send(channel: ChannelName, published: Published, once?: AppendKey): Promise<Appended> {
    const content = logContent(channel, published);
    const { position } = await this.#order.run(
      channel,
      Buffer.byteLength(content),
      async () => {
        await this.fanOut.requireRoom(channel);
        const appended = await this.logStore.append(channel, content, this.#retention(channel), once);
        return {
          position: appended,
          logged: appended.isRepeat ? await this.#logged(channel, appended) : undefined,
        };
      },
      ({ position: { offset }, logged = content }, release) =>
        this.fanOut.send(channel, offset, messageFrame(channel, offset, logged), release),
    );
    return position;
  }

  /** The text of a message in the log, which may have come from another connection. Undefined if it is not kept. */
  async #logged(channel: ChannelName, { offset }: Position): Promise<string | undefined> {
    const [entry] = await this.logStore.readLog(channel, offset - 1, 1);
    return entry?.offset === offset ? entry.content : undefined;
  }

  async #enter(channel: ChannelName, sender: Sender): Promise<Position> {
    const { connectionId } = sender;
    const { perConnection } = this.config.channels;
    const outcome = await this.membershipStore.join(channel, connectionId, perConnection);
    this.log.debug({ channel, outcome: outcome.kind }, 'joined');
    switch (outcome.kind) {
      case 'unknown_connection':
        throw new UnknownConnectionError(connectionId);
      case 'too_many_channels':
        throw new ChannelError(
          outcome.kind,
          `Already a member of ${perConnection} channels. Leave one first.`,
        );
      case 'joined':
        this.notices.notify('joined', sender, [channel]);
        return outcome.position;
      case 'was_member':
        return outcome.position;
    }
    return outcome satisfies never;
  }

  async #requirePermission(action: PermittedAction, channel: ChannelName, sender: Sender): Promise<void> {
    requireLength(channel);
    const verdict = await this.permissions.permits(action, channel, sender);
    if (verdict !== 'allowed') throw new ChannelError(verdict);
  }

  #retention(channel: ChannelName): Retention {
    const { historyMessages, historyMs, historyOff } = this.config.channels;
    const isKept = !historyOff.some((prefix) => channel.startsWith(prefix));
    return { messages: isKept ? historyMessages : 0, ageMs: historyMs };
  }
}

/** @throws {ChannelError} `channel_name_too_long` */
export function requireLength(channel: ChannelName): void {
  if (channel.length <= QUOTAS.channelNameLength) return;
  throw new ChannelError(
    'channel_name_too_long',
    `A channel name has at most ${QUOTAS.channelNameLength} characters; this one has ${channel.length}.`,
  );
}
