import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionId } from '../../../api/integration.js';
import { type DeliveryReport } from '../../callback/delivery-report.js';
import { type ConnectionsService } from '../../connections/connections.service.js';
import { type Member, type MembershipStore } from '../../store/membership-store.js';
import { type Shard, type ShardStore } from '../../store/shard-store.js';
import { type ChannelDelivery, readProgress, recipients, writeProgress } from './channel-delivery.js';

/** How a task's work on a shard ended. */
export type ShardOutcome =
  /** Delivery to every member in it was attempted. */
  | { readonly kind: 'finished'; readonly report: DeliveryReport }
  /** Another task continues at once, or after the lease if the store could not be updated. */
  | { readonly kind: 'handed back' }
  /** The lease was not renewed in time, so that another task may have the shard. */
  | { readonly kind: 'lost' };

export interface ShardDeliveryOptions {
  readonly shardStore: ShardStore;
  readonly membershipStore: MembershipStore;
  readonly connections: ConnectionsService;
  /** Duration of the lease, at the take and at each renewal. */
  readonly leaseMs: number;
  /** `performance.now()` before the shard was taken. */
  readonly takenAt: number;
  /** Receives failures of the store, which are retried or corrected by the end of the lease. */
  readonly warn: (error: unknown, message: string) => void;
}

/**
 * Sends one shard that this task has taken. Meanwhile it renews the lease and records its progress with each renewal.
 * Deliveries do not end in the order in which they began: the progress is the member before the first one whose
 * delivery has not ended. A task that continues from there may send again to members after it, never to members before.
 */
export class ShardDelivery {
  /** Recipients whose delivery has not ended, in the store's order, each with the member before it. */
  readonly #inFlight = new Map<ConnectionId, ConnectionId | undefined>();
  readonly #stop = Promise.withResolvers<undefined>();
  #stopTimer: NodeJS.Timeout | undefined;
  #last: ConnectionId | undefined;
  #leasedUntil: number;
  #isStopped = false;
  #isLost = false;
  /** Whether a delivery to every member has begun. */
  #hasReadAll = false;

  /** @param content of the shard */
  constructor(
    private readonly shard: Shard,
    private readonly content: ChannelDelivery,
    private readonly options: ShardDeliveryOptions,
  ) {
    this.#last = readProgress(shard).after;
    this.#leasedUntil = options.takenAt + options.leaseMs;
  }

  /** Starts no further delivery, and returns the shard when those in flight have ended, after 2 s at the latest. */
  stop(): void {
    this.#isStopped = true;
    this.#stopTimer ??= setTimeout(this.#stop.resolve, HAND_BACK_MS, undefined);
  }

  /** @throws the error of reading the members, or of the delivery as a whole; the shard was handed back before */
  async run(): Promise<ShardOutcome> {
    const renewing = new AbortController();
    void this.#keepLease(renewing.signal);
    try {
      const report = await Promise.race([this.#deliver(), this.#stop.promise]);
      if (this.#isLost) return { kind: 'lost' };
      if (report !== undefined && this.#hasReadAll) return await this.#finish(report);
      return await this.#handBack();
    } catch (error) {
      await this.#handBack();
      throw error;
    } finally {
      renewing.abort();
      clearTimeout(this.#stopTimer);
    }
  }

  #deliver(): Promise<DeliveryReport> {
    const { membershipStore, connections } = this.options;
    return connections.deliverToMany(this.#recipients(), this.content.frame, {
      // after a crash, the store may have a membership without its connection
      gone: (connectionId) => membershipStore.leave(this.content.channel, connectionId),
      ended: (connectionId) => this.#inFlight.delete(connectionId),
    });
  }

  /** In slices, so that it stops soon. */
  async *#recipients(): AsyncIterable<readonly Member[]> {
    const { range } = this.content;
    const rest = { ...this.content, range: { ...range, after: this.#last ?? range.after } };
    for await (const page of recipients(this.options.membershipStore, rest)) {
      for (let start = 0; start < page.length; start += SLICE_MEMBERS) {
        if (this.#isStopped || this.#hasLost()) return;
        const slice = page.slice(start, start + SLICE_MEMBERS);
        for (const { connectionId } of slice) {
          this.#inFlight.set(connectionId, this.#last);
          this.#last = connectionId;
        }
        yield slice;
      }
    }
    this.#hasReadAll = true;
  }

  /** Also by the clock alone: a process that was suspended sends on before a renewal can have a response. */
  #hasLost(): boolean {
    if (performance.now() >= this.#leasedUntil) this.#isLost = true;
    return this.#isLost;
  }

  #progress(): string {
    const first = this.#inFlight.values().next();
    return writeProgress({ after: first.done ? this.#last : first.value, heardOfTake: this.shard.takes });
  }

  async #keepLease(signal: AbortSignal): Promise<void> {
    const { shardStore, leaseMs, warn } = this.options;
    while (!this.#isLost && (await hasPassed(leaseMs / RENEWALS, signal))) {
      const renewedAt = performance.now();
      try {
        const isOurs = await shardStore.renewShard(this.shard, leaseMs, this.#progress());
        if (isOurs) this.#leasedUntil = renewedAt + leaseMs;
        else this.#isLost = true;
      } catch (error) {
        warn(error, 'shard lease not renewed');
        // after the lease, another task may have the shard
        this.#hasLost();
      }
    }
  }

  async #handBack(): Promise<ShardOutcome> {
    try {
      await this.options.shardStore.releaseShard(this.shard, this.#progress());
    } catch (error) {
      this.options.warn(error, 'shard not handed back');
    }
    return { kind: 'handed back' };
  }

  /**
   * Retries until it succeeds: an unfinished shard is sent again. Has no effect if another task has the shard by then.
   */
  async #finish(report: DeliveryReport): Promise<ShardOutcome> {
    for (;;) {
      try {
        await this.options.shardStore.finishShard(this.shard);
        return { kind: 'finished', report };
      } catch (error) {
        this.options.warn(error, 'shard not finished');
        if (this.#isStopped) return { kind: 'handed back' };
        await Promise.race([sleep(FINISH_PAUSE_MS), this.#stop.promise]);
      }
    }
  }
}

/** @returns false if it was aborted */
async function hasPassed(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}

/** Renewals per lease, so that a failed one is followed by another in time. */
const RENEWALS = 3;

/** Deliveries started between two checks for a stop. */
const SLICE_MEMBERS = 20;

/** How long a stop waits for deliveries in flight before it hands the shard back. */
const HAND_BACK_MS = 2000;

const FINISH_PAUSE_MS = 1000;
