import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, HttpException } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { CallbackService } from '../callback/callback.service.js';
import { Config } from '../config/config.js';
import { Problem } from '../http/problem.js';
import { StoreHealth } from '../store/store-health.js';
import { Draining } from './draining.js';

/** For load balancers and orchestrators. Needs no gateway secret. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly storeHealth: StoreHealth,
    private readonly callback: CallbackService,
    private readonly draining: Draining,
    private readonly config: Config,
  ) {}

  /** The process runs. If this fails, restart the task. */
  @Get('live')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** The task can serve requests. If this fails, send them to other tasks. */
  @Get('ready')
  @HealthCheck()
  async ready(): Promise<HealthCheckResult> {
    const task = this.indicator.check('task');
    let cause: unknown;
    const attempt = (name: 'store' | 'credentials', check: Promise<void>) =>
      this.indicator.check(name).attempt(() =>
        withinTimeout(check).catch((error: unknown) => {
          cause = error;
          throw error;
        }),
      );
    try {
      return await this.health.check([
        () => (this.draining.isDraining ? task.down() : task.up()),
        ...(this.config.store === undefined ? [] : [() => attempt('store', this.storeHealth.probe())]),
        () => attempt('credentials', this.callback.checkCredentials()),
      ]);
    } catch (error) {
      throw new Problem('not_ready', reasonsOf(error), { cause });
    }
  }
}

/** A load balancer waits for a second or two: a check that takes longer than this has failed. */
const CHECK_TIMEOUT_MS = 750;

const REASONS = {
  task: 'This task drains before it stops.',
  store: 'The store cannot be written.',
  credentials: 'The AWS credentials for callbacks have expired and cannot be renewed.',
};

async function withinTimeout(check: Promise<void>): Promise<void> {
  const ended = new AbortController();
  const timeout = sleep(CHECK_TIMEOUT_MS, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`no response in ${CHECK_TIMEOUT_MS} ms`);
  });
  try {
    await Promise.race([check, timeout]);
  } finally {
    ended.abort();
    timeout.catch(() => undefined);
  }
}

/** @param error names the checks that failed, except when the application is closing */
function reasonsOf(error: unknown): string {
  if (!(error instanceof HttpException)) throw error;
  const { error: down } = error.getResponse() as HealthCheckResult;
  const names = Object.keys(down ?? {}) as (keyof typeof REASONS)[];
  return names.length > 0 ? names.map((name) => REASONS[name]).join(' ') : REASONS.task;
}
