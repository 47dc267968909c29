import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { ChannelsService } from '../channels/channels.service.js';
import { type Sender } from '../connections/connections.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class JoinHandler implements MessageHandler<'join'> {
  constructor(private readonly channels: ChannelsService) {}

  async handle(sender: Sender, { channel, since }: MessageOf['join']): Promise<ServerMessage> {
    return { type: 'joined', channel, ...(await this.channels.join(channel, sender, since)) };
  }
}
