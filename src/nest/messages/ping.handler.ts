import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { type Sender } from '../connections/connections.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class PingHandler implements MessageHandler<'ping'> {
  async handle(_sender: Sender, { id }: MessageOf['ping']): Promise<ServerMessage> {
    return { type: 'pong', id };
  }
}
