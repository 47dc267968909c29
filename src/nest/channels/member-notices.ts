import { Inject, Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { ConcurrencyLimit } from '../callback/concurrency-limit.js';
import { type FanOutReport } from '../callback/fan-out.js';
import { Config } from '../../service/configuration/config.js';
import { ConnectionsService, type Sender } from '../connections/connections.service.js';
import { frame } from '../connections/frame.js';
import { RequestLog } from '../logging/request-log.js';
import { type Member, Store } from '../store/store.js';
import { Turns } from './keyed-mutex.js';

/**
 * Tells the members of a channel who joins and who leaves, also when it leaves because its connection is gone. For channels
 * of `MEMBER_NOTICES` only, and no large ones: in one of 10,000 members each could be told of the 9,999 others.
 *
 * Notices are not in the log, and nobody waits for them: that one was not sent makes nothing else fail.
 */
@Injectable()
export class MemberNotices {
  readonly #turns = new Turns<ChannelName>();
  readonly #places = new ConcurrencyLimit(AT_ONCE);
  #pending = 0;

  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    @Inject(Config) private readonly config: Config,
    private readonly log: RequestLog,
  ) {
    if (config.channels.memberNotices.length > 0) {
      connections.onForgotten((member, channels) => this.tell('left', member, channels));
    }
  }

  /** Returns at once. @param member who has joined or left, and is not told */
  tell(event: 'joined' | 'left', member: Sender, channels: readonly ChannelName[]): void {
    const { memberNotices } = this.config.channels;
    for (const channel of channels) {
      if (memberNotices.some((prefix) => channel.startsWith(prefix))) void this.#tell(event, member, channel);
    }
  }

  async #tell(event: 'joined' | 'left', member: Sender, channel: ChannelName): Promise<void> {
    if (this.#pending >= MAX_PENDING) {
      this.log.warn({ channel, event }, 'members not told: too many notices wait');
      return;
    }
    this.#pending += 1;
    try {
      const handedOver = await this.#turns.run(channel, () =>
        this.#places.run(() => this.#handOver(event, member, channel)),
      );
      if (handedOver === undefined) return;
      const { firstFailure, ...counts } = await handedOver.report;
      this.log.debug({ channel, event, ...counts, err: firstFailure }, 'members told');
    } catch (error) {
      this.log.warn({ channel, event, err: error }, 'members not told');
    } finally {
      this.#pending -= 1;
    }
  }

  /** @returns when the next notice cannot overtake this one; undefined when nobody is told */
  async #handOver(
    event: 'joined' | 'left',
    { connectionId, userId }: Sender,
    channel: ChannelName,
  ): Promise<{ readonly report: Promise<FanOutReport> } | undefined> {
    const { memberNoticesMembers } = this.config.channels;
    const members = await this.store.countMembers(channel, memberNoticesMembers + 1);
    if (members > memberNoticesMembers) return undefined;
    const notice = frame({ type: 'member', channel, data: { event, connectionId, userId } });
    const { promise: handedOver, resolve } = Promise.withResolvers<void>();
    const report = this.connections.deliverToMany(
      others(this.store.members(channel), connectionId, resolve),
      notice,
    );
    await Promise.race([handedOver, report]);
    // in an object, as a promise would be awaited
    return { report };
  }
}

/** Everybody else. @param whenTaken is called when there are no further pages, and those of the last one were seen to */
async function* others(
  pages: AsyncIterable<readonly Member[]>,
  connectionId: ConnectionId,
  whenTaken: () => void,
): AsyncIterable<readonly Member[]> {
  for await (const page of pages) yield page.filter((member) => member.connectionId !== connectionId);
  whenTaken();
}

/** Each holds a page of members. */
const AT_ONCE = 32;

/** Waiting ones are small, but they must not become ever more while API Gateway throttles. */
const MAX_PENDING = 10_000;
