import { Injectable } from '@nestjs/common';
import { type ServerMessage } from '../../api/messages.js';
import { PositionsService } from '../channels/positions.service.js';
import { type Sender } from '../connections/connections.service.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';

@Injectable()
export class PingHandler implements MessageHandler<'ping'> {
  constructor(private readonly positions: PositionsService) {}

  async handle(sender: Sender, { positions }: MessageOf['ping']): Promise<ServerMessage> {
    if (positions === undefined) return { type: 'pong' };
    return { type: 'pong', behind: await this.positions.behind(sender, positions) };
  }
}
