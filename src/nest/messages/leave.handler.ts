import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { ChannelsService } from '../channels/channels.service.js';
import { type Sender } from '../connections/connections.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class LeaveHandler implements MessageHandler<'leave'> {
  constructor(private readonly channels: ChannelsService) {}

  async handle(sender: Sender, { channel }: MessageOf['leave']): Promise<ServerMessage> {
    await this.channels.leave(channel, sender);
    return { type: 'left', channel };
  }
}
