import { Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { Config } from '../config/config.js';
import { PROCESS_LOGGER } from '../logging/logger.js';
import { NoTracing, Tracing } from './tracing.js';

@Module({
  providers: [{ provide: Tracing, useFactory: openTracing, inject: [Config, PROCESS_LOGGER] }],
  exports: [Tracing],
})
export class TracingModule {}

/** Loads OpenTelemetry only if traces are exported. */
async function openTracing({ operation: { tracing } }: Config, log: Logger): Promise<Tracing> {
  if (tracing === undefined) return new NoTracing();
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return new OtlpTracing(tracing, log);
}
