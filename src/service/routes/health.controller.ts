import { Controller, Get } from '@nestjs/common';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { Store } from '../store/store.js';
import { Problem } from './problem.js';

/** For load balancers and orchestrators; needs no gateway secret. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    private readonly store: Store,
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
    try {
      return await this.health.check([() => this.indicator.check('store').attempt(() => this.store.ping())]);
    } catch (error) {
      throw new Problem('not_ready', 'The store cannot be read.', { cause: error });
    }
  }
}
