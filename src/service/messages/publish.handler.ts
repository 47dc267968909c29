import { Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type ServerMessage } from '../../api/messages.js';
import { ChannelsService } from '../channels/channels.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class PublishHandler implements MessageHandler<'publish'> {
  constructor(private readonly channels: ChannelsService) {}

  async handle(
    connectionId: ConnectionId,
    { id, channel, data }: MessageOf['publish'],
  ): Promise<ServerMessage> {
    await this.channels.publish(channel, connectionId, data);
    return { type: 'published', id, channel };
  }
}
