import { AsyncLocalStorage } from 'node:async_hooks';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { RequestLog } from '../../logging/request-log.js';
import { MembershipStore } from '../../store/membership-store.js';
import { type Shard, ShardStore } from '../../store/shard-store.js';
import { type ChannelDelivery, readContent, readProgress } from './channel-delivery.js';
import { ShardDelivery, type ShardOutcome } from './shard-delivery.js';

/** Shards of this task since it started, by outcome. */
export interface ShardCounts {
  readonly finished: number;
  /** Returned unfinished for other tasks, because this one stops or could not send. */
  readonly handedBack: number;
  /** The lease was not renewed in time, so that another task may have the shard. */
  readonly lost: number;
  /** Deleted unfinished, because no task could process it. */
  readonly givenUp: number;
}

/**
 * Takes shards that any task has put and sends them: oldest first, a few at once, within the concurrency limit for
 * messages to many. Every task has a worker. Other tasks take the shards of a task that dies when their leases end.
 */
@Injectable()
export class ShardWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Each with the promise of its end. */
  readonly #active = new Map<ShardDelivery, Promise<void>>();
  readonly #counts = { finished: 0, handedBack: 0, lost: 0, givenUp: 0 };
  /** Runs work outside the context of any request: the log lines and traces of a shard belong to none. */
  readonly #outsideRequests = AsyncLocalStorage.snapshot();
  #taking: Promise<void> | undefined;
  #isWoken = false;
  #isStopped = false;
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly shardStore: ShardStore,
    private readonly connections: ConnectionsService,
    private readonly config: Config,
    private readonly log: RequestLog,
  ) {}

  get counts(): ShardCounts {
    return { ...this.#counts };
  }

  /** Number of shards that this task is sending. */
  get activeShards(): number {
    return this.#active.size;
  }

  onApplicationBootstrap(): void {
    this.wake();
  }

  /** Looks for shards now, because some were put. */
  wake(): void {
    this.#isWoken = true;
    this.#outsideRequests(() => this.#look());
  }

  /** Takes no further shards, but continues with those it has. */
  stopTaking(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Returns its shards with their progress, so that other tasks continue at once. Takes little more than 2 s. */
  async handBack(): Promise<void> {
    this.stopTaking();
    for (const delivery of this.#active.keys()) delivery.stop();
    // a take that is in flight may add one more
    await this.#taking;
    for (const delivery of this.#active.keys()) delivery.stop();
    await Promise.all(this.#active.values());
  }

  /** Nest calls this while callbacks and the store still work. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.handBack();
  }

  #look(): void {
    if (this.#isStopped || this.#taking) return;
    clearTimeout(this.#timer);
    this.#taking = this.#takeAndSchedule();
  }

  async #takeAndSchedule(): Promise<void> {
    const pauseMs = await this.#takeAll();
    this.#taking = undefined;
    // with all slots in use, the first shard to end looks again
    if (this.#active.size < SHARDS_AT_ONCE) this.#lookAfter(pauseMs);
  }

  #lookAfter(pauseMs: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    // jitter, so that tasks that started together do not keep polling together
    this.#timer = setTimeout(() => this.#look(), pauseMs * (0.5 + Math.random()));
    this.#timer.unref();
  }

  /** Takes shards until there are none or all slots are in use. @returns the pause until the next look, in ms */
  async #takeAll(): Promise<number> {
    const { leaseMs, pollMs } = this.config.fanOut;
    while (!this.#isStopped && this.#active.size < SHARDS_AT_ONCE) {
      this.#isWoken = false;
      const takenAt = performance.now();
      try {
        const shard = await this.shardStore.takeShard(leaseMs);
        this.#hasFailed = false;
        if (shard) this.#start(shard, takenAt);
        else if (!this.#isWoken) return pollMs;
      } catch (error) {
        // only the first of consecutive failures
        if (!this.#hasFailed) this.log.warn({ err: error }, 'shards not taken');
        this.#hasFailed = true;
        return PAUSE_MS;
      }
    }
    return 0;
  }

  #start(shard: Shard, takenAt: number): void {
    const content = this.#contentOf(shard);
    if (content === undefined) return;
    const { channel, offset } = content;
    const fields = { channel, offset, shardId: shard.shardId, takes: shard.takes };
    const delivery = new ShardDelivery(shard, content, {
      shardStore: this.shardStore,
      membershipStore: this.membershipStore,
      connections: this.connections,
      leaseMs: this.config.fanOut.leaseMs,
      takenAt,
      warn: (error, message) => this.log.warn({ ...fields, err: error }, message),
    });
    this.#active.set(delivery, this.#run(delivery, fields, takenAt));
  }

  async #run(delivery: ShardDelivery, fields: object, takenAt: number): Promise<void> {
    try {
      const outcome = await delivery.run();
      this.#report(outcome, fields, Math.round(performance.now() - takenAt));
      this.#active.delete(delivery);
      this.#look();
    } catch (error) {
      this.#counts.handedBack += 1;
      this.log.warn({ ...fields, err: error }, 'shard not sent, handed back');
      this.#active.delete(delivery);
      this.#lookAfter(PAUSE_MS);
    }
  }

  /** @returns undefined if this task cannot read the shard, or has given it up */
  #contentOf(shard: Shard): ChannelDelivery | undefined {
    const { shardId, takes } = shard;
    try {
      const content = readContent(shard);
      const silentTakes = takes - 1 - readProgress(shard).heardOfTake;
      if (silentTakes < SILENT_TAKES) return content;
    } catch (error) {
      // a task of another version may be able to read it, and gets it after the lease
      this.log.error({ shardId, takes, err: error }, 'shard cannot be read');
      if (takes <= SILENT_TAKES) return undefined;
    }
    this.log.error({ shardId, takes }, 'shard given up');
    this.#counts.givenUp += 1;
    this.shardStore.finishShard(shard).catch((error: unknown) => {
      this.log.warn({ shardId, err: error }, 'shard given up but not deleted');
    });
    return undefined;
  }

  #report(outcome: ShardOutcome, fields: object, durationMs: number): void {
    switch (outcome.kind) {
      case 'finished': {
        const { firstFailure, ...counts } = outcome.report;
        this.#counts.finished += 1;
        this.log.info({ ...fields, ...counts, durationMs }, 'shard sent');
        const { throttled, failed } = counts;
        if (throttled + failed > 0) {
          this.log.warn({ ...fields, throttled, failed, err: firstFailure }, 'deliveries failed');
        }
        return;
      }
      case 'handed back':
        this.#counts.handedBack += 1;
        this.log.info({ ...fields, durationMs }, 'shard handed back');
        return;
      case 'lost':
        this.#counts.lost += 1;
        this.log.warn({ ...fields, durationMs }, 'shard lost to another task');
        return;
    }
    outcome satisfies never;
  }
}

/** Several, so that the last slow clients of one shard do not block the next; few, so that every task gets some. */
const SHARDS_AT_ONCE = 4;

/** After a failure of the store, or of a whole shard. */
const PAUSE_MS = 1000;

/**
 * If this many tasks in a row took a shard and then neither renewed nor returned it, the shard itself is assumed to
 * crash them, and is given up. Renewing the lease or handing the shard back resets the count.
 */
const SILENT_TAKES = 5;
