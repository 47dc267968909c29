import { Injectable } from '@nestjs/common';
import { type ChannelName } from '../../../api/messages.js';
import { QueueFullError } from '../../callback/callback.errors.js';
import { Config } from '../../config/config.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { type Frame } from '../../connections/frame.js';
import { RequestLog } from '../../logging/request-log.js';
import { Metrics } from '../../metrics/metrics.js';
import { MembershipStore } from '../../store/membership-store.js';
import { ShardStore } from '../../store/shard-store.js';
import { PendingShards } from './pending-shards.js';
import { recipients, writeContent } from './channel-delivery.js';
import { ShardWorker } from './shard-worker.js';

/** Sends a message of a channel to its members. */
@Injectable()
export class FanOutService {
  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly shardStore: ShardStore,
    private readonly connections: ConnectionsService,
    private readonly shards: ShardWorker,
    private readonly pending: PendingShards,
    private readonly metrics: Metrics,
    private readonly config: Config,
    private readonly log: RequestLog,
  ) {}

  /** @throws {QueueFullError} the channel needs shards, and too many of those are unfinished */
  async requireRoom(channel: ChannelName): Promise<void> {
    if (!(await this.pending.isFull()) || !(await this.#isLarge(channel))) return;
    throw new QueueFullError(`${this.config.fanOut.pendingShards} shards are unfinished`);
  }

  /**
   * Sends a message to every member that joined before it. This task sends it, unless the channel has more members than
   * `FANOUT_SHARD_MEMBERS`: then all tasks send it in shards.
   *
   * @param offset of the message in the channel's log
   * @param onQueued called when every delivery is queued for its connection, or the shards are stored: messages sent to
   *   the channel from then on arrive after this one
   * @returns once delivery to each member was attempted, or is guaranteed to be; failures are logged
   * @throws {QueueFullError} too many messages are queued; no member got this one
   */
  async send(
    channel: ChannelName,
    offset: number,
    message: Frame,
    onQueued: () => void = () => undefined,
  ): Promise<void> {
    if (await this.#isLarge(channel)) {
      await this.#putShards(channel, offset, message);
    } else {
      await this.#sendHere(channel, offset, message, onQueued);
    }
  }

  async #isLarge(channel: ChannelName): Promise<boolean> {
    const { shardMembers } = this.config.fanOut;
    return (await this.membershipStore.countMembers(channel, shardMembers + 1)) > shardMembers;
  }

  async #sendHere(channel: ChannelName, offset: number, message: Frame, onQueued: () => void): Promise<void> {
    const startedAt = performance.now();
    const { firstFailure, ...counts } = await this.connections.deliverToMany(
      thenCall(onQueued, recipients(this.membershipStore, { channel, offset, range: {} })),
      message,
      // after a crash, the store may have a membership without its connection
      { gone: (connectionId) => this.membershipStore.leave(channel, connectionId) },
    );
    const durationMs = Math.round(performance.now() - startedAt);
    this.metrics.fannedOut('here', counts.recipients, durationMs / 1000);
    this.log.info({ channel, offset, ...counts, durationMs }, 'published');
    const { throttled, failed } = counts;
    if (throttled + failed > 0) {
      this.log.warn({ channel, throttled, failed, err: firstFailure }, 'deliveries failed');
    }
  }

  async #putShards(channel: ChannelName, offset: number, frame: Frame): Promise<void> {
    const startedAt = performance.now();
    const { shardMembers } = this.config.fanOut;
    const ranges = await this.membershipStore.memberRanges(channel, shardMembers);
    this.pending.add(ranges.length);
    for (let start = 0; start < ranges.length; start += SHARDS_PER_WRITE) {
      await this.shardStore.putShards(
        ranges
          .slice(start, start + SHARDS_PER_WRITE)
          .map((range) => writeContent({ channel, offset, range, frame })),
      );
      this.shards.wake();
    }
    const durationMs = Math.round(performance.now() - startedAt);
    this.metrics.fannedOut('shards', ranges.length * shardMembers, durationMs / 1000);
    this.log.info({ channel, offset, shards: ranges.length, durationMs }, 'published in shards');
  }
}

/**
 * The consumer takes the next page when it has queued all of the page before, so that the call follows the last member.
 */
async function* thenCall<Page>(call: () => void, pages: AsyncIterable<Page>): AsyncIterable<Page> {
  yield* pages;
  call();
}

/** About 4 MB per write with the largest frames. */
const SHARDS_PER_WRITE = 32;
