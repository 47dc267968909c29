import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Config } from '../config/config.js';
import { ThrottledError } from '../callback/callback.errors.js';
import { RequestLog } from '../logging/request-log.js';
import { Metrics } from '../metrics/metrics.js';
import { type Connection, ConnectionStore } from '../store/connection-store.js';
import { ReservationStore } from '../store/reservation-store.js';
import { StoreClock } from '../store/store-clock.js';
import { StoreFullError } from '../store/store.errors.js';
import { ConnectionsService } from './connections.service.js';

/** The outcome of one sweep. */
export interface SweepReport {
  /** `cut`: the time was over before every idle connection was checked. */
  readonly result: 'finished' | 'cut' | 'throttled' | 'failed';
  readonly open: number;
  readonly gone: number;
  /** Connections whose check failed. */
  readonly failed: number;
}

/**
 * Finds connections that are gone although no `$disconnect` arrived: AWS delivers it on a best-effort basis. Every
 * `SWEEP_SECONDS`, one task checks the connections that were idle for twelve minutes with GetConnection. It
 * checks a few at a time, because these requests count against the same account quota as all messages.
 */
@Injectable()
export class Sweep implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  /** Runs work outside the context of any request, so that its log lines and traces do not belong to one. */
  readonly #outsideRequests = AsyncLocalStorage.snapshot();
  #sweeping: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly connectionStore: ConnectionStore,
    private readonly reservationStore: ReservationStore,
    private readonly clock: StoreClock,
    private readonly connections: ConnectionsService,
    private readonly metrics: Metrics,
    private readonly config: Config,
    private readonly log: RequestLog,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.operation.sweepMs > 0) {
      this.#sweeping = this.#outsideRequests(() => this.#sweepPeriodically());
    }
  }

  /** Nest calls this first, so that the last checks end while other modules stop. */
  onModuleDestroy(): void {
    this.#stopping.abort();
  }

  /** Nest calls this while callbacks and the store still work. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#sweeping;
  }

  /** @returns undefined if another task has swept within this period */
  async sweep(): Promise<SweepReport | undefined> {
    const { sweepMs, sweepIdleMs } = this.config.operation;
    const startedAt = performance.now();
    const counts = { open: 0, gone: 0, failed: 0 };
    let result: SweepReport['result'] = 'finished';
    try {
      if (!(await this.#isFirst(sweepMs * (1 - JITTER)))) return undefined;
      const deadline = startedAt + sweepMs;
      for await (const idle of this.connectionStore.idleConnections(this.clock.now() - sweepIdleMs)) {
        result = await this.#check(idle, deadline, counts);
        if (result !== 'finished') break;
      }
    } catch (error) {
      // the next sweep checks the same connections again
      this.log.warn({ err: error }, 'sweep failed');
      result = 'failed';
    }
    const durationMs = Math.round(performance.now() - startedAt);
    this.metrics.swept(result);
    const report = { result, ...counts };
    this.log[counts.gone + counts.failed > 0 ? 'info' : 'debug']({ ...report, durationMs }, 'swept');
    return report;
  }

  /** Whether no other task has begun a sweep within this period. In a full store every task sweeps, to make room. */
  async #isFirst(periodMs: number): Promise<boolean> {
    try {
      return (await this.reservationStore.reserve(LOCK, periodMs)).kind === 'reserved';
    } catch (error) {
      if (error instanceof StoreFullError) return true;
      throw error;
    }
  }

  async #sweepPeriodically(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // jitter, so that tasks that started together do not sweep together
      const pauseMs = this.config.operation.sweepMs * (1 - JITTER + 2 * JITTER * Math.random());
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.sweep();
    }
  }

  /** Checks a few connections at once, and starts no further check after a 429. */
  async #check(
    connections: readonly Connection[],
    deadline: number,
    counts: { open: number; gone: number; failed: number },
  ): Promise<SweepReport['result']> {
    const { signal } = this.#stopping;
    const remaining = connections.values();
    let result: SweepReport['result'] = 'finished';
    const checkNext = async () => {
      for (const connection of remaining) {
        if (result !== 'finished') return;
        if (signal.aborted || performance.now() > deadline) result = 'cut';
        else {
          const found = await this.#checkOne(connection);
          if (found === 'throttled') result = 'throttled';
          else counts[found] += 1;
          await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, checkNext));
    return result;
  }

  async #checkOne({ connectionId }: Connection): Promise<'open' | 'gone' | 'failed' | 'throttled'> {
    try {
      const isOpen = await this.connections.isOpen(connectionId);
      if (isOpen) await this.connectionStore.touchConnection(connectionId);
      else await this.connections.forget(connectionId);
      const found = isOpen ? 'open' : 'gone';
      this.metrics.connectionSwept(found);
      this.log.debug({ connectionId, found }, 'idle connection checked');
      return found;
    } catch (error) {
      if (error instanceof ThrottledError) return 'throttled';
      this.metrics.connectionSwept('failed');
      this.log.debug({ connectionId, err: error }, 'idle connection not checked');
      return 'failed';
    }
  }
}

const LOCK = 'sweep';

/** The share by which the time between two sweeps varies. */
const JITTER = 0.1;

/** Together at most 50 requests a second: 0.5 % of an account's quota of 10,000. */
const AT_ONCE = 5;
const PAUSE_MS = 100;
