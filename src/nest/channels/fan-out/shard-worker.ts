import { AsyncLocalStorage } from 'node:async_hooks';
import { type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Config } from '../../../service/configuration/config.js';
import { type ConnectionsService } from '../../connections/connections.service.js';
import { type Shard, type Store } from '../../store/store.js';
import { type ChannelDelivery, readContent, readProgress } from './shard.js';
import { type Parting, ShardDelivery } from './shard-delivery.js';

/** How this task has parted with shards, since it started. */
export interface ShardCounts {
  readonly finished: number;
  /** Not finished, and left to other tasks: this one stops, or could not send. */
  readonly handedBack: number;
  /** Left to other tasks because the lease was not renewed in time. */
  readonly lost: number;
  /** Thrown away: nobody got it done. */
  readonly givenUp: number;
}

/**
 * Takes shards, whichever task has put them, and sends them: a few at once, oldest first, and all within what callbacks to
 * many have under way, so that memory does not grow with them. Every task does, from its start to its end; a task that
 * dies leaves its shards to the others when their lease is over.
 */
export class ShardWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Each with its end. */
  readonly #underWay = new Map<ShardDelivery, Promise<void>>();
  readonly #counts = { finished: 0, handedBack: 0, lost: 0, givenUp: 0 };
  /** Runs things as if nobody had asked for them: a shard's log lines and traces are not those of a request. */
  readonly #byItself = AsyncLocalStorage.snapshot();
  #taking: Promise<void> | undefined;
  #isWoken = false;
  #isStopped = false;
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    private readonly config: Config,
    private readonly log: Logger,
  ) {}

  get counts(): ShardCounts {
    return { ...this.#counts };
  }

  /** Shards that this task sends now. */
  get underWay(): number {
    return this.#underWay.size;
  }

  onApplicationBootstrap(): void {
    this.wake();
  }

  /** Looks for shards at once: some were put. */
  wake(): void {
    this.#isWoken = true;
    this.#byItself(() => this.#look());
  }

  /** Leaves what is put from now on to other tasks, and goes on with what it has. */
  stopTaking(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Hands back what it has, with how far it is, so that other tasks go on with it at once. Takes little more than 2 s at most. */
  async handBack(): Promise<void> {
    this.stopTaking();
    for (const delivery of this.#underWay.keys()) delivery.stop();
    // it may take one more
    await this.#taking;
    for (const delivery of this.#underWay.keys()) delivery.stop();
    await Promise.all(this.#underWay.values());
  }

  /** Called by Nest while callbacks and the store still work. */
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
    // otherwise the first one to end looks again
    if (this.#underWay.size < SHARDS_AT_ONCE) this.#lookAfter(pauseMs);
  }

  #lookAfter(pauseMs: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    // tasks that were started together do not look together for ever
    this.#timer = setTimeout(() => this.#look(), pauseMs * (0.5 + Math.random()));
    this.#timer.unref();
  }

  /** Takes shards until there are none or all places are taken. @returns when to look again, in ms */
  async #takeAll(): Promise<number> {
    const { leaseMs, pollMs } = this.config.fanOut;
    while (!this.#isStopped && this.#underWay.size < SHARDS_AT_ONCE) {
      this.#isWoken = false;
      const takenAt = performance.now();
      try {
        const shard = await this.store.takeShard(leaseMs);
        this.#hasFailed = false;
        if (shard) this.#start(shard, takenAt);
        else if (!this.#isWoken) return pollMs;
      } catch (error) {
        // while the store is away it would be the same line again and again
        if (!this.#hasFailed) this.log.warn({ err: error }, 'shards cannot be taken');
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
      store: this.store,
      connections: this.connections,
      leaseMs: this.config.fanOut.leaseMs,
      takenAt,
      warn: (error, message) => this.log.warn({ ...fields, err: error }, message),
    });
    this.#underWay.set(delivery, this.#run(delivery, fields, takenAt));
  }

  async #run(delivery: ShardDelivery, fields: object, takenAt: number): Promise<void> {
    try {
      const parting = await delivery.run();
      this.#report(parting, fields, Math.round(performance.now() - takenAt));
      this.#underWay.delete(delivery);
      this.#look();
    } catch (error) {
      this.#counts.handedBack += 1;
      this.log.warn({ ...fields, err: error }, 'shard not sent, handed back');
      this.#underWay.delete(delivery);
      this.#lookAfter(PAUSE_MS);
    }
  }

  /** @returns undefined when nothing can be done with the shard by this task or, as it was given up, by any */
  #contentOf(shard: Shard): ChannelDelivery | undefined {
    const { shardId, takes } = shard;
    try {
      const content = readContent(shard);
      const silentTakes = takes - 1 - readProgress(shard).heardOfTake;
      if (silentTakes < SILENT_TAKES) return content;
    } catch (error) {
      // a task of another version may understand it: it gets it after the lease
      this.log.error({ shardId, takes, err: error }, 'shard cannot be read');
      if (takes <= SILENT_TAKES) return undefined;
    }
    this.log.error({ shardId, takes }, 'shard given up');
    this.#counts.givenUp += 1;
    this.store.finishShard(shard).catch((error: unknown) => {
      this.log.warn({ shardId, err: error }, 'shard not given up');
    });
    return undefined;
  }

  #report(parting: Parting, fields: object, durationMs: number): void {
    switch (parting.kind) {
      case 'finished': {
        const { firstFailure, ...counts } = parting.report;
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
    parting satisfies never;
  }
}

/** Enough that the last slow clients of one do not keep the next from being sent, few enough that all tasks get some. */
const SHARDS_AT_ONCE = 4;

/** After the store has failed, or sending as a whole. */
const PAUSE_MS = 1000;

/**
 * After so many tasks in a row took a shard and were not heard of again, it is the shard that ends them: with one more,
 * it would end all tasks, one after the other, for ever. A shard that is sent slowly or handed back is not meant.
 */
const SILENT_TAKES = 5;
