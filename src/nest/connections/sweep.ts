import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { ThrottledError } from '../callback/callback.errors.js';
import { type OperationSettings } from '../../service/configuration/operation.js';
import { type Metrics } from '../metrics/metrics.js';
import { type Connection, type Store } from '../store/store.js';
import { type ConnectionsService } from './connections.service.js';

/** What a sweep has found out. */
export interface SweepReport {
  /** `cut` when there was no time left for the rest, which comes first the next time. */
  readonly result: 'finished' | 'cut' | 'throttled' | 'failed';
  readonly open: number;
  readonly gone: number;
  /** Of so many it is not known. */
  readonly failed: number;
}

/**
 * Finds connections that left unnoticed: `$disconnect` is told when AWS can, which is not always. Every `SWEEP_SECONDS`
 * one of the tasks asks API Gateway about those that were silent for `SWEEP_IDLE_SECONDS`, few at a time, because that counts
 * against the same quota as all messages of the account.
 */
export class Sweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  /** Its log lines and traces are not those of a request. */
  readonly #byItself = AsyncLocalStorage.snapshot();
  #sweeping: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    private readonly settings: Pick<OperationSettings, 'sweepMs' | 'sweepIdleMs'>,
    private readonly metrics: Metrics,
    private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.sweepMs > 0) this.#sweeping = this.#byItself(() => this.#sweepAgainAndAgain());
  }

  /** Called by Nest while callbacks and the store still work. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#sweeping;
  }

  /** One sweep, unless another task has swept a moment ago. @returns undefined then */
  async sweep(): Promise<SweepReport | undefined> {
    const { sweepMs, sweepIdleMs } = this.settings;
    const startedAt = performance.now();
    const counts = { open: 0, gone: 0, failed: 0 };
    let result: SweepReport['result'] = 'finished';
    try {
      if ((await this.store.reserve(LOCK, sweepMs * (1 - JITTER))) !== 'reserved') return undefined;
      const deadline = startedAt + sweepMs;
      for await (const idle of this.store.idleConnections(Date.now() - sweepIdleMs)) {
        result = await this.#lookAt(idle, deadline, counts);
        if (result !== 'finished') break;
      }
    } catch (error) {
      // while the store is away, nothing is lost by waiting for the next time
      this.log.warn({ err: error }, 'sweep failed');
      result = 'failed';
    }
    const durationMs = Math.round(performance.now() - startedAt);
    this.metrics.swept(result);
    const report = { result, ...counts };
    this.log[counts.gone + counts.failed > 0 ? 'info' : 'debug']({ ...report, durationMs }, 'swept');
    return report;
  }

  async #sweepAgainAndAgain(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // tasks that were started together do not sweep together
      const pauseMs = this.settings.sweepMs * (1 - JITTER + 2 * JITTER * Math.random());
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.sweep();
    }
  }

  /** Asks about each, a few at once, and begins with no further one when API Gateway says that it is too much. */
  async #lookAt(
    connections: readonly Connection[],
    deadline: number,
    counts: { open: number; gone: number; failed: number },
  ): Promise<SweepReport['result']> {
    const { signal } = this.#stopping;
    const left = connections.values();
    let result: SweepReport['result'] = 'finished';
    const askInTurn = async () => {
      for (const connection of left) {
        if (result !== 'finished') return;
        if (signal.aborted || performance.now() > deadline) result = 'cut';
        else {
          const found = await this.#ask(connection);
          if (found === 'throttled') result = 'throttled';
          else counts[found] += 1;
          await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askInTurn));
    return result;
  }

  async #ask({ connectionId }: Connection): Promise<'open' | 'gone' | 'failed' | 'throttled'> {
    try {
      const isOpen = await this.connections.isOpen(connectionId);
      if (isOpen) await this.store.touchConnection(connectionId);
      else await this.connections.forget(connectionId);
      const found = isOpen ? 'open' : 'gone';
      this.metrics.connectionSwept(found);
      this.log.debug({ connectionId, found }, 'looked after');
      return found;
    } catch (error) {
      if (error instanceof ThrottledError) return 'throttled';
      this.metrics.connectionSwept('failed');
      this.log.debug({ connectionId, err: error }, 'not looked after');
      return 'failed';
    }
  }
}

const LOCK = 'sweep';

/** By how much the time between two sweeps may differ, as a share of it. */
const JITTER = 0.1;

/** Together at most 50 questions in a second: half a percent of an account's quota of 10,000. */
const AT_ONCE = 5;
const PAUSE_MS = 100;
