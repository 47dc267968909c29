import { Module } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** The metrics of this task. */
@Module({ providers: [Metrics], exports: [Metrics] })
export class MetricsModule {}
