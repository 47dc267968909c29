import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { type MessageHandler } from './message-handler.js';

@Injectable()
export class PingHandler implements MessageHandler<'ping'> {
  async handle(): Promise<ServerMessage> {
    return { type: 'pong' };
  }
}
