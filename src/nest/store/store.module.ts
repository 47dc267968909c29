import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Tracing } from '../tracing/tracing.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { observedStore } from './observed-store.js';
import { openStore } from './open-store.js';
import { Store } from './store.js';

/** The store that the settings name. */
@Module({
  imports: [MetricsModule, TracingModule],
  providers: [{ provide: Store, useFactory: openObservedStore, inject: [Config, Metrics, Tracing] }],
  exports: [Store],
})
export class StoreModule {}

/** @throws {ConfigError} the store cannot be opened */
async function openObservedStore(config: Config, metrics: Metrics, tracing: Tracing): Promise<Store> {
  return observedStore(await openStore(config), {
    completed: (method, result, seconds) => metrics.storeCallCompleted(method, result, seconds),
    ...(tracing.isOn && { within: (method, call) => tracing.span(`store ${method}`, {}, call) }),
  });
}
