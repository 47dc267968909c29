import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, HttpException } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { Store } from '../store/store.js';
import { Draining } from './draining.js';
import { Problem } from './problem.js';

/** For load balancers and orchestrators; needs no gateway secret. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly store: Store,
    private readonly draining: Draining,
  ) {}

  /** The process is up; when this fails, a restart helps. */
  @Get('live')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** Requests can be served; when this fails, they had better go elsewhere. */
  @Get('ready')
  @HealthCheck()
  async ready(): Promise<HealthCheckResult> {
    const task = this.indicator.check('task');
    let storeError: unknown;
    try {
      return await this.health.check([
        () => (this.draining.isDraining ? task.down() : task.up()),
        () =>
          this.indicator.check('store').attempt(() =>
            inTime(this.store.ping()).catch((error: unknown) => {
              storeError = error;
              throw error;
            }),
          ),
      ]);
    } catch (error) {
      throw new Problem('not_ready', reasonsOf(error), { cause: storeError });
    }
  }
}

/** Who asks waits for a second or two: a store that says nothing is to be told of, not waited for. */
const STORE_TIMEOUT_MS = 750;

const REASONS = { task: 'This task is about to stop.', store: 'The store cannot be reached.' };

async function inTime(answer: Promise<void>): Promise<void> {
  const answered = new AbortController();
  const late = sleep(STORE_TIMEOUT_MS, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`no answer in ${STORE_TIMEOUT_MS} ms`);
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    answered.abort();
    late.catch(() => undefined);
  }
}

/** @param error names what is down, except when the application is closing */
function reasonsOf(error: unknown): string {
  if (!(error instanceof HttpException)) throw error;
  const { error: down } = error.getResponse() as HealthCheckResult;
  const names = Object.keys(down ?? {}) as (keyof typeof REASONS)[];
  return names.length > 0 ? names.map((name) => REASONS[name]).join(' ') : REASONS.task;
}
