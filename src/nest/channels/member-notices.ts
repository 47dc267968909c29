import { Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { ConcurrencyLimit } from '../callback/concurrency-limit.js';
import { type DeliveryReport } from '../callback/delivery-report.js';
import { Config } from '../config/config.js';
import { type Sender } from '../connections/caller.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { frame } from '../connections/frame.js';
import { RequestLog } from '../logging/request-log.js';
import { type Member, MembershipStore } from '../store/membership-store.js';
import { KeyedMutex } from './keyed-mutex.js';

/**
 * Notifies the members of a channel when another one joins or leaves, also when it leaves because its connection is
 * gone. Only for the channels of `MEMBER_NOTICES`, and not for large ones: with 10,000 members, each join causes 9,999
 * messages.
 *
 * Notices are not in the log. They are sent in the background, and a failed one does not affect anything else.
 */
@Injectable()
export class MemberNotices {
  readonly #order = new KeyedMutex<ChannelName>();
  readonly #limit = new ConcurrencyLimit(AT_ONCE);
  #pending = 0;

  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly connections: ConnectionsService,
    private readonly config: Config,
    private readonly log: RequestLog,
  ) {
    if (config.channels.memberNotices.length > 0) {
      connections.onForgotten(({ caller, channels }) => this.notify('left', caller, channels), 'user');
    }
  }

  /** Returns at once. @param member the one that has joined or left; it gets no notice itself */
  notify(event: 'joined' | 'left', member: Sender, channels: readonly ChannelName[]): void {
    const { memberNotices } = this.config.channels;
    for (const channel of channels) {
      if (memberNotices.some((prefix) => channel.startsWith(prefix)))
        void this.#notify(event, member, channel);
    }
  }

  async #notify(event: 'joined' | 'left', member: Sender, channel: ChannelName): Promise<void> {
    if (this.#pending >= MAX_PENDING) {
      this.log.warn({ channel, event }, 'member notice dropped: too many are queued');
      return;
    }
    this.#pending += 1;
    try {
      const queued = await this.#order.run(channel, () =>
        this.#limit.run(() => this.#queue(event, member, channel)),
      );
      if (queued === undefined) return;
      const { firstFailure, ...counts } = await queued.report;
      this.log.debug({ channel, event, ...counts, err: firstFailure }, 'member notice sent');
    } catch (error) {
      this.log.warn({ channel, event, err: error }, 'member notice not sent');
    } finally {
      this.#pending -= 1;
    }
  }

  /** @returns once the next notice cannot overtake this one; undefined if the channel is too large for notices */
  async #queue(
    event: 'joined' | 'left',
    { connectionId, userId }: Sender,
    channel: ChannelName,
  ): Promise<{ readonly report: Promise<DeliveryReport> } | undefined> {
    const { memberNoticesMembers } = this.config.channels;
    const members = await this.membershipStore.countMembers(channel, memberNoticesMembers + 1);
    if (members > memberNoticesMembers) return undefined;
    const notice = frame({ type: 'member', channel, data: { event, connectionId, userId } });
    const { promise: isQueued, resolve } = Promise.withResolvers<void>();
    const report = this.connections.deliverToMany(
      others(this.membershipStore.members(channel), connectionId, resolve),
      notice,
    );
    await Promise.race([isQueued, report]);
    // in an object, because an async function would await a promise
    return { report };
  }
}

/** All other members. @param whenTaken called when the consumer asks for a page after the last one */
async function* others(
  pages: AsyncIterable<readonly Member[]>,
  connectionId: ConnectionId,
  whenTaken: () => void,
): AsyncIterable<readonly Member[]> {
  for await (const page of pages) yield page.filter((member) => member.connectionId !== connectionId);
  whenTaken();
}

/** Each fan-out holds a page of members in memory. */
const AT_ONCE = 32;

/** Limits memory while API Gateway throttles. */
const MAX_PENDING = 10_000;
