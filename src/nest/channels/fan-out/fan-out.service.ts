import { Inject, Injectable } from '@nestjs/common';
import { type ChannelName } from '../../../api/messages.js';
import { QueueFullError } from '../../callback/callback.errors.js';
import { Config } from '../../../service/configuration/config.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { type Frame } from '../../connections/frame.js';
import { RequestLog } from '../../logging/request-log.js';
import { Metrics } from '../../metrics/metrics.js';
import { Store } from '../../store/store.js';
import { PendingShards } from './pending-shards.js';
import { recipients, writeContent } from './shard.js';
import { ShardWorker } from './shard-worker.js';

/** Brings a message of a channel to its members. */
@Injectable()
export class FanOutService {
  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    private readonly shards: ShardWorker,
    private readonly pending: PendingShards,
    private readonly metrics: Metrics,
    @Inject(Config) private readonly config: Config,
    private readonly log: RequestLog,
  ) {}

  /** @throws {QueueFullError} a message to the channel would be cut into shards, and too many of those wait */
  async requireRoom(channel: ChannelName): Promise<void> {
    if (!(await this.pending.isFull()) || !(await this.isLarge(channel))) return;
    throw new QueueFullError(`${this.config.fanOut.pendingShards} shards wait already`);
  }

  /**
   * Sends a message to every member who joined before it: at once, or, to more than `FANOUT_SHARD_MEMBERS`, by all tasks.
   *
   * @param offset the message's, in the channel's log
   * @param onHandedOver is called when each delivery waits for its connection's turn, or for a task to take it: what is
   *   sent to the channel from then on comes after it
   * @returns once a delivery to each of them was tried, or is sure to be; those that failed are in the log
   * @throws {QueueFullError} too many messages wait; nobody got it
   */
  async send(
    channel: ChannelName,
    offset: number,
    message: Frame,
    onHandedOver: () => void = () => undefined,
  ): Promise<void> {
    if (await this.isLarge(channel)) {
      await this.putShards(channel, offset, message);
    } else {
      await this.sendHere(channel, offset, message, onHandedOver);
    }
  }

  private async isLarge(channel: ChannelName): Promise<boolean> {
    const { shardMembers } = this.config.fanOut;
    return (await this.store.countMembers(channel, shardMembers + 1)) > shardMembers;
  }

  private async sendHere(
    channel: ChannelName,
    offset: number,
    message: Frame,
    onHandedOver: () => void,
  ): Promise<void> {
    const startedAt = performance.now();
    const { firstFailure, ...counts } = await this.connections.deliverToMany(
      thenCall(onHandedOver, recipients(this.store, { channel, offset, range: {} })),
      message,
      // after a crash, a store may know a member whose connection it does not know
      { gone: (connectionId) => this.store.leave(channel, connectionId) },
    );
    const durationMs = Math.round(performance.now() - startedAt);
    this.metrics.fannedOut('here', counts.recipients, durationMs / 1000);
    this.log.info({ channel, offset, ...counts, durationMs }, 'published');
    const { throttled, failed } = counts;
    if (throttled + failed > 0) {
      this.log.warn({ channel, throttled, failed, err: firstFailure }, 'deliveries failed');
    }
  }

  private async putShards(channel: ChannelName, offset: number, frame: Frame): Promise<void> {
    const startedAt = performance.now();
    const { shardMembers } = this.config.fanOut;
    const ranges = await this.store.memberRanges(channel, shardMembers);
    this.pending.add(ranges.length);
    for (let start = 0; start < ranges.length; start += SHARDS_PER_WRITE) {
      await this.store.putShards(
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

/** Pages are taken one by one, so the call comes when everybody on the last one has been seen to. */
async function* thenCall<Page>(call: () => void, pages: AsyncIterable<Page>): AsyncIterable<Page> {
  yield* pages;
  call();
}

/** With the largest frames about 4 MB at once. */
const SHARDS_PER_WRITE = 32;
