import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { ChannelsService } from '../channels/channels.service.js';
import { type Sender } from '../connections/connections.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class PublishHandler implements MessageHandler<'publish'> {
  constructor(private readonly channels: ChannelsService) {}

  async handle(sender: Sender, { channel, data }: MessageOf['publish']): Promise<ServerMessage> {
    const position = await this.channels.publish(channel, sender, data);
    return { type: 'published', channel, ...position };
  }
}
