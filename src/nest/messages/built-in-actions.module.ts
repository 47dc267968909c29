import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { BuiltInActions } from './built-in-actions.js';

/** The actions of PROTOCOL.md. An application without channels has none of them. */
@Module({ imports: [ChannelsModule], providers: [BuiltInActions] })
export class BuiltInActionsModule {}
