import { Module } from '@nestjs/common';
import { AuthenticationModule } from '../authentication/authentication.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { LifecycleModule } from '../lifecycle/lifecycle.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { ConnectController } from './connect.controller.js';
import { DisconnectController } from './disconnect.controller.js';
import { MessageController } from './message.controller.js';

/** The routes that API Gateway's integrations call. */
@Module({
  imports: [AuthenticationModule, LifecycleModule, MessagesModule, ConnectionsModule, MetricsModule],
  controllers: [ConnectController, DisconnectController, MessageController],
})
export class RoutesModule {}
