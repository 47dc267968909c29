import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionId } from '../../../api/integration.js';
import { type FanOutReport } from '../../callback/fan-out.js';
import { type ConnectionsService } from '../../connections/connections.service.js';
import { type Member, type Shard, type Store } from '../../store/store.js';
import { type ChannelDelivery, readProgress, recipients, writeProgress } from './shard.js';

/** How a task has parted with a shard. */
export type Parting =
  /** A delivery to everybody in it was tried. */
  | { readonly kind: 'finished'; readonly report: FanOutReport }
  /** Another task goes on with it at once, or, when the store did not take it back, after the lease. */
  | { readonly kind: 'handed back' }
  /** Another task may have it: the lease was not renewed in time. */
  | { readonly kind: 'lost' };

export interface ShardDeliveryOptions {
  readonly store: Store;
  readonly connections: ConnectionsService;
  /** For how long the shard was taken, and is renewed each time. */
  readonly leaseMs: number;
  /** Before it was taken, by `performance.now()`. */
  readonly takenAt: number;
  /** Told of what the store could not do; it is tried again, or made up for by the end of the lease. */
  readonly warn: (error: unknown, message: string) => void;
}

/**
 * Sends one shard that this task has taken, renews its lease meanwhile, and notes with each renewal how far it is.
 * Deliveries end in another order than they began: what is noted is the member before the first one whose delivery has
 * not ended. Who goes on from there may send again to some behind it, and to nobody else.
 */
export class ShardDelivery {
  /** To whom something is under way or about to be, in the store's order, each with the member before. */
  readonly #underWay = new Map<ConnectionId, ConnectionId | undefined>();
  readonly #stop = Promise.withResolvers<undefined>();
  #stopTimer: NodeJS.Timeout | undefined;
  #last: ConnectionId | undefined;
  #leasedUntil: number;
  #isStopped = false;
  #isLost = false;
  /** Whether there is nobody left to begin with. */
  #isWhole = false;

  /** @param content of the shard */
  constructor(
    private readonly shard: Shard,
    private readonly content: ChannelDelivery,
    private readonly options: ShardDeliveryOptions,
  ) {
    this.#last = readProgress(shard).after;
    this.#leasedUntil = options.takenAt + options.leaseMs;
  }

  /** Begins with nobody else, and hands the shard back when what is under way has ended, or soon all the same. */
  stop(): void {
    this.#isStopped = true;
    this.#stopTimer ??= setTimeout(this.#stop.resolve, HAND_BACK_MS, undefined);
  }

  /** @throws what reading the members throws, or sending to all of them; the shard was handed back then */
  async run(): Promise<Parting> {
    const renewing = new AbortController();
    void this.#keepLease(renewing.signal);
    try {
      const report = await Promise.race([this.#deliver(), this.#stop.promise]);
      if (this.#isLost) return { kind: 'lost' };
      if (report !== undefined && this.#isWhole) return await this.#finish(report);
      return await this.#handBack();
    } catch (error) {
      await this.#handBack();
      throw error;
    } finally {
      renewing.abort();
      clearTimeout(this.#stopTimer);
    }
  }

  #deliver(): Promise<FanOutReport> {
    const { store, connections } = this.options;
    return connections.deliverToMany(this.#recipients(), this.content.frame, {
      // after a crash, a store may know a member whose connection it does not know
      gone: (connectionId) => store.leave(this.content.channel, connectionId),
      ended: (connectionId) => this.#underWay.delete(connectionId),
    });
  }

  /** In slices, so that it ends soon when it is to stop. */
  async *#recipients(): AsyncIterable<readonly Member[]> {
    const { range } = this.content;
    const rest = { ...this.content, range: { ...range, after: this.#last ?? range.after } };
    for await (const page of recipients(this.options.store, rest)) {
      for (let start = 0; start < page.length; start += SLICE_MEMBERS) {
        if (this.#isStopped || this.#isLost) return;
        const slice = page.slice(start, start + SLICE_MEMBERS);
        for (const { connectionId } of slice) {
          this.#underWay.set(connectionId, this.#last);
          this.#last = connectionId;
        }
        yield slice;
      }
    }
    this.#isWhole = true;
  }

  #progress(): string {
    const first = this.#underWay.values().next();
    return writeProgress({ after: first.done ? this.#last : first.value, heardOfTake: this.shard.takes });
  }

  async #keepLease(signal: AbortSignal): Promise<void> {
    const { store, leaseMs, warn } = this.options;
    while (!this.#isLost && (await hasPassed(leaseMs / RENEWALS, signal))) {
      const renewedAt = performance.now();
      try {
        const isOurs = await store.renewShard(this.shard, leaseMs, this.#progress());
        if (isOurs) this.#leasedUntil = renewedAt + leaseMs;
        else this.#isLost = true;
      } catch (error) {
        warn(error, 'lease of a shard not renewed');
        // from then on another task may have it
        this.#isLost = performance.now() >= this.#leasedUntil;
      }
    }
  }

  async #handBack(): Promise<Parting> {
    try {
      await this.options.store.releaseShard(this.shard, this.#progress());
    } catch (error) {
      this.options.warn(error, 'shard not handed back');
    }
    return { kind: 'handed back' };
  }

  /** Tries until it works, as everybody would be sent to again otherwise. It does nothing to who has the shard by then. */
  async #finish(report: FanOutReport): Promise<Parting> {
    for (;;) {
      try {
        await this.options.store.finishShard(this.shard);
        return { kind: 'finished', report };
      } catch (error) {
        this.options.warn(error, 'shard not finished');
        if (this.#isStopped) return { kind: 'handed back' };
        await Promise.race([sleep(FINISH_PAUSE_MS), this.#stop.promise]);
      }
    }
  }
}

/** @returns false when it was aborted */
async function hasPassed(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}

/** Within a lease, so that one that fails is made up for. */
const RENEWALS = 3;

/** So many are begun with before it is looked whether to stop: soon done, and hardly noticed in what a delivery costs. */
const SLICE_MEMBERS = 20;

/** For so long deliveries that are under way may keep a shard from being handed back. */
const HAND_BACK_MS = 2000;

const FINISH_PAUSE_MS = 1000;
