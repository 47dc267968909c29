import { Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { PROCESS_LOGGER } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { CallbackObserver } from './callback-observer.js';
import { CallbackService } from './callback.service.js';
import { CredentialsLog } from './credentials-log.js';

/** API Gateway's `@connections`. */
@Module({
  imports: [MetricsModule],
  providers: [
    CallbackService,
    { provide: CallbackObserver, useFactory: observeCallbacks, inject: [Metrics, PROCESS_LOGGER] },
  ],
  exports: [CallbackService],
})
export class CallbackModule {}

function observeCallbacks(metrics: Metrics, log: Logger): CallbackObserver {
  const credentialsLog = new CredentialsLog(log);
  return {
    attempted: (operation, result, durationMs) =>
      metrics.callbackAttempted(operation, result, durationMs / 1000),
    settled: (result) => metrics.callbackEnded(result),
    credentialsRead: (failure) => credentialsLog.read(failure),
  };
}
