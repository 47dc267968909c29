import { Global, Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';

/** What every module of the application can inject into its handlers. */
@Global()
@Module({ imports: [ChannelsModule, ConnectionsModule], exports: [ChannelsModule, ConnectionsModule] })
export class HandlersModule {}
