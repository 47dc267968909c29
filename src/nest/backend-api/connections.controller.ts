import { Body, Controller, Delete, Get, Param, Post, UseGuards, UsePipes } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type ConnectionId } from '../../api/integration.js';
import { Problem } from '../http/problem.js';
import { type Connection, Store } from '../store/store.js';
import { ConnectionAnswer, DeliveredAnswer, DisconnectedAnswer } from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { Operation, PostOperation } from './operation.decorators.js';
import { RequestPipe } from './request.pipe.js';
import { ConnectionIdSegment, MessageBody } from './request-schemas.js';

/** One connection. */
@Controller('v1/connections/:connectionId')
@ApiTags('Connections')
@UseGuards(ApiKeyGuard)
@UsePipes(RequestPipe)
export class ConnectionsController {
  constructor(
    private readonly store: Store,
    private readonly directMessages: DirectMessagesService,
  ) {}

  @Get()
  @Operation({
    summary: 'What is known of a connection',
    answer: ConnectionAnswer,
    problems: ['unknown_connection'],
  })
  async connection(
    @Param('connectionId', { schema: ConnectionIdSegment }) connectionId: ConnectionId,
  ): Promise<ConnectionAnswer> {
    const connection = await this.store.getConnection(connectionId);
    if (connection === undefined) throw new Problem('unknown_connection', 'it has left, or never was there');
    return shown(connection);
  }

  @Post('messages')
  @PostOperation({
    summary: 'Send a message to a connection',
    description: 'It is not kept: a client that connects again does not get it.',
    answer: DeliveredAnswer,
    problems: ['callback_failed'],
  })
  async sendToConnection(
    @Param('connectionId', { schema: ConnectionIdSegment }) connectionId: ConnectionId,
    @Body({ schema: MessageBody }) { data }: MessageBody,
  ): Promise<DeliveredAnswer> {
    return this.directMessages.sendToConnection(connectionId, data);
  }

  @Delete()
  @Operation({
    summary: 'Close a connection',
    description: 'The client sees close code 1000.',
    answer: DisconnectedAnswer,
    problems: ['callback_failed'],
  })
  async disconnect(
    @Param('connectionId', { schema: ConnectionIdSegment }) connectionId: ConnectionId,
  ): Promise<DisconnectedAnswer> {
    return this.directMessages.disconnect(connectionId);
  }
}

/** What other backends see of a connection. */
export function shown({ connectionId, userId, connectedAt, lastActiveAt }: Connection): ConnectionAnswer {
  return { connectionId, userId, connectedAt, lastActiveAt };
}
