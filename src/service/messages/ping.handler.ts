import { Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { type ServerMessage } from '../../api/messages.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class PingHandler implements MessageHandler<'ping'> {
  async handle(_connectionId: ConnectionId, { id }: MessageOf['ping']): Promise<ServerMessage> {
    return { type: 'pong', id };
  }
}
