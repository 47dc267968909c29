import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { RequestLog } from '../logging/request-log.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Tracing } from '../tracing/tracing.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { ConfigError } from '../config/config.errors.js';
import { ConnectionStore } from './connection-store.js';
import { LogStore } from './log-store.js';
import { MembershipStore } from './membership-store.js';
import { observedStore } from './observed-store.js';
import { openStore } from './open-store.js';
import { ReservationStore } from './reservation-store.js';
import { ShardStore } from './shard-store.js';
import { StoreClock } from './store-clock.js';
import { StoreHealth } from './store-health.js';
import { Store } from './store.js';

/** The store that the settings name, as the contracts that its consumers inject. */
@Module({
  imports: [MetricsModule, TracingModule],
  providers: [
    { provide: Store, useFactory: openObservedStore, inject: [Config, Metrics, Tracing, RequestLog] },
    { provide: ConnectionStore, useFactory: ({ connections }: Store) => connections, inject: [Store] },
    { provide: MembershipStore, useFactory: ({ memberships }: Store) => memberships, inject: [Store] },
    { provide: LogStore, useFactory: ({ logs }: Store) => logs, inject: [Store] },
    { provide: ShardStore, useFactory: ({ shards }: Store) => shards, inject: [Store] },
    { provide: ReservationStore, useFactory: ({ reservations }: Store) => reservations, inject: [Store] },
    { provide: StoreClock, useFactory: ({ clock }: Store) => clock, inject: [Store] },
    { provide: StoreHealth, useExisting: Store },
  ],
  exports: [
    ConnectionStore,
    MembershipStore,
    LogStore,
    ShardStore,
    ReservationStore,
    StoreClock,
    StoreHealth,
  ],
})
export class StoreModule {}

/** @throws {ConfigError} the store cannot be opened */
async function openObservedStore(
  config: Config,
  metrics: Metrics,
  tracing: Tracing,
  log: RequestLog,
): Promise<Store> {
  const store = await openNamed(config, log);
  if (config.store === undefined) return store;
  return observedStore(store, {
    completed: (method, result, seconds) => metrics.storeCallCompleted(method, result, seconds),
    ...(tracing.isOn && { within: (method, call) => tracing.child(`store ${method}`, {}, call) }),
  });
}

/** @throws {ConfigError} by the names under which the settings were set */
async function openNamed(config: Config, log: RequestLog): Promise<Store> {
  try {
    return await openStore(config, (fields, message) => log.warn(fields, message));
  } catch (error) {
    throw error instanceof ConfigError ? error.renamed(config.named) : error;
  }
}
