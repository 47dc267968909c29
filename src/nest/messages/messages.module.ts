import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { HandlerMethodsModule } from '../handlers/handler-methods.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { Dispatcher } from './dispatcher.js';
import { MessageHandlers } from './message-handlers.js';

/** The messages of clients. */
@Module({
  imports: [HandlerMethodsModule, ConnectionsModule, MetricsModule, TracingModule],
  providers: [Dispatcher, MessageHandlers],
  exports: [Dispatcher, MessageHandlers],
})
export class MessagesModule {}
