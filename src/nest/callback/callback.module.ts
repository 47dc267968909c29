import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { CallbackMetrics } from './callback-metrics.js';
import { CallbackObserver } from './callback-observer.js';
import { CallbackService } from './callback.service.js';
import { CallbackCredentials, createCallbackCredentials } from './client/callback-credentials.js';
import { ConnectionsClient } from './client/connections-client.js';
import { createConnectionsClient } from './client/create-connections-client.js';

/** API Gateway's `@connections`. */
@Module({
  imports: [MetricsModule],
  providers: [
    CallbackService,
    { provide: CallbackObserver, useClass: CallbackMetrics },
    {
      provide: CallbackCredentials,
      useFactory: createCallbackCredentials,
      inject: [Config, CallbackObserver],
    },
    {
      provide: ConnectionsClient,
      useFactory: createConnectionsClient,
      inject: [Config, CallbackCredentials, CallbackObserver],
    },
  ],
  exports: [CallbackService],
})
export class CallbackModule {}
