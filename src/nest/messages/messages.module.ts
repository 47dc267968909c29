import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { BuiltInActions } from './built-in-actions.js';
import { Dispatcher } from './dispatcher.js';
import { MessageHandlers } from './message-handlers.js';

/** The messages of clients. */
@Module({
  imports: [DiscoveryModule, ChannelsModule, ConnectionsModule, MetricsModule, TracingModule],
  providers: [Dispatcher, MessageHandlers, BuiltInActions],
  exports: [Dispatcher, MessageHandlers],
})
export class MessagesModule {}
