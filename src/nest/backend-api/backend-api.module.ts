import { Module } from '@nestjs/common';
import { AsyncApiController } from './async-api.controller.js';
import { BatchesController } from './batches.controller.js';
import { ChannelNamePipe } from './channel-name.pipe.js';
import { ChannelsController } from './channels.controller.js';
import { ConnectionsController } from './connections.controller.js';
import { CountsController } from './counts.controller.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { PublishingService } from './publishing.service.js';
import { ReconnectsController } from './reconnects.controller.js';
import { ReconnectsService } from './reconnects.service.js';
import { UsersController } from './users.controller.js';

/** The HTTP API for other backends: publish, send, disconnect and read. Imported only if there are `API_KEYS`. */
@Module({
  controllers: [
    ChannelsController,
    BatchesController,
    ConnectionsController,
    UsersController,
    ReconnectsController,
    CountsController,
    AsyncApiController,
  ],
  providers: [PublishingService, DirectMessagesService, ReconnectsService, ChannelNamePipe],
})
export class BackendApiModule {}
