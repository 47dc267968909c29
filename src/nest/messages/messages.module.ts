import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { TracingModule } from '../tracing/tracing.module.js';
import { Dispatcher } from './dispatcher.js';
import { JoinHandler } from './join.handler.js';
import { LeaveHandler } from './leave.handler.js';
import { PingHandler } from './ping.handler.js';
import { PresenceHandler } from './presence.handler.js';
import { PublishHandler } from './publish.handler.js';

/** The messages of clients. Needs a `CustomActionsModule` in the application. */
@Module({
  imports: [ChannelsModule, ConnectionsModule, MetricsModule, TracingModule],
  providers: [Dispatcher, PingHandler, JoinHandler, LeaveHandler, PublishHandler, PresenceHandler],
  exports: [Dispatcher],
})
export class MessagesModule {}
