import { Module } from '@nestjs/common';
import { BatchesController } from './batches.controller.js';
import { ChannelNamePipe } from './channel-name.pipe.js';
import { ChannelsController } from './channels.controller.js';
import { ConnectionsController } from './connections.controller.js';
import { CountsController } from './counts.controller.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { PublishingService } from './publishing.service.js';
import { UsersController } from './users.controller.js';

/** The HTTP API through which other backends publish, send, disconnect and look. Only there with `API_KEYS`. */
@Module({
  controllers: [
    ChannelsController,
    BatchesController,
    ConnectionsController,
    UsersController,
    CountsController,
  ],
  providers: [PublishingService, DirectMessagesService, ChannelNamePipe],
})
export class PublishApiModule {}
