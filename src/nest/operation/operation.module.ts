import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CallbackModule } from '../callback/callback.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { StoreModule } from '../store/store.module.js';
import { Draining } from './draining.js';
import { HealthController } from './health.controller.js';

/** Health checks, draining, and what they and the metrics read. */
@Module({
  imports: [
    TerminusModule.forRoot({ logger: false }),
    StoreModule,
    CallbackModule,
    ChannelsModule,
    MetricsModule,
  ],
  controllers: [HealthController],
  providers: [Draining],
  exports: [Draining],
})
export class OperationModule {}
