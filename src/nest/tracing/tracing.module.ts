import { Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { Config } from '../config/config.js';
import { loadWith } from '../optional-package.js';
import { PROCESS_LOGGER } from '../logging/logger.js';
import { NoTracing, Tracing } from './tracing.js';

@Module({
  providers: [{ provide: Tracing, useFactory: openTracing, inject: [Config, PROCESS_LOGGER] }],
  exports: [Tracing],
})
export class TracingModule {}

/** Loads OpenTelemetry only if traces are exported. */
async function openTracing({ operation: { tracing }, named }: Config, log: Logger): Promise<Tracing> {
  if (tracing === undefined) return new NoTracing();
  const { OtlpTracing } = await loadWith(
    named('OTEL_EXPORTER_OTLP_ENDPOINT'),
    () => import('./otlp-tracing.js'),
  );
  return new OtlpTracing(tracing, log);
}
