import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { ChannelsService } from '../channels/channels.service.js';
import { type Sender } from '../connections/connections.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class PublishHandler implements MessageHandler<'publish'> {
  constructor(private readonly channels: ChannelsService) {}

  async handle(sender: Sender, { channel, data, key }: MessageOf['publish']): Promise<ServerMessage> {
    const { epoch, offset, isRepeat } = await this.channels.publish(channel, sender, data, key);
    return { type: 'published', channel, epoch, offset, repeated: isRepeat };
  }
}
