import { Module } from '@nestjs/common';
import { ConnectController } from './connect.controller.js';
import { DisconnectController } from './disconnect.controller.js';
import { MessageController } from './message.controller.js';

/** The routes that API Gateway's integrations call. */
@Module({ controllers: [ConnectController, DisconnectController, MessageController] })
export class RoutesModule {}
