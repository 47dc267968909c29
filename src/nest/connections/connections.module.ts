import { Module } from '@nestjs/common';
import { CallbackModule } from '../callback/callback.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { StoreModule } from '../store/store.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { Connections } from './connections.js';
import { ConnectionsService } from './connections.service.js';
import { InjectedConnections } from './injected-connections.js';
import { Sweep } from './sweep.js';

/** The connections that API Gateway holds. */
@Module({
  imports: [StoreModule, CallbackModule, MetricsModule, TracingModule],
  providers: [ConnectionsService, Sweep, { provide: Connections, useClass: InjectedConnections }],
  exports: [Connections, ConnectionsService],
})
export class ConnectionsModule {}
