import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { PresenceService } from '../channels/presence.service.js';
import { type Sender } from '../connections/connections.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class PresenceHandler implements MessageHandler<'presence'> {
  constructor(private readonly presence: PresenceService) {}

  async handle(sender: Sender, { channel }: MessageOf['presence']): Promise<ServerMessage> {
    return { type: 'presence', channel, data: await this.presence.read(channel, sender) };
  }
}
