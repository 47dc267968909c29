import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, HttpException } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { CallbackService } from '../callback/callback.service.js';
import { Store } from '../store/store.js';
import { Draining } from './draining.js';
import { Problem } from '../http/problem.js';

/** For load balancers and orchestrators; needs no gateway secret. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly store: Store,
    private readonly callback: CallbackService,
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
    let cause: unknown;
    const attempt = (name: 'store' | 'credentials', check: Promise<void>) =>
      this.indicator.check(name).attempt(() =>
        inTime(check).catch((error: unknown) => {
          cause = error;
          throw error;
        }),
      );
    try {
      return await this.health.check([
        () => (this.draining.isDraining ? task.down() : task.up()),
        () => attempt('store', this.store.ping()),
        () => attempt('credentials', this.callback.checkCredentials()),
      ]);
    } catch (error) {
      throw new Problem('not_ready', reasonsOf(error), { cause });
    }
  }
}

/** A load balancer waits for a second or two: a check that does not end in this time has failed. */
const CHECK_TIMEOUT_MS = 750;

const REASONS = {
  task: 'This task is about to stop.',
  store: 'The store cannot be reached.',
  credentials: 'The AWS credentials for callbacks have expired and cannot be renewed.',
};

async function inTime(answer: Promise<void>): Promise<void> {
  const answered = new AbortController();
  const late = sleep(CHECK_TIMEOUT_MS, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`);
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
