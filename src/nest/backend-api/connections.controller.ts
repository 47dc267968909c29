import { Controller, Delete, Get, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type ConnectionId } from '../../api/integration.js';
import { Problem } from '../http/problem.js';
import { type Connection, ConnectionStore } from '../store/connection-store.js';
import { ConnectionResponse, DeliveredResponse, DisconnectedResponse } from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { Operation, PostOperation } from './api-operation.decorators.js';
import { JsonBody, PathSegment } from './request-parameters.decorators.js';
import { ConnectionIdSegment, MessageBody } from './request-schemas.js';

/** Reads, closes and sends to one connection. */
@Controller('v1/connections/:connectionId')
@ApiTags('Connections')
@UseGuards(ApiKeyGuard)
export class ConnectionsController {
  constructor(
    private readonly connectionStore: ConnectionStore,
    private readonly directMessages: DirectMessagesService,
  ) {}

  @Get()
  @Operation({
    summary: 'A connection',
    response: ConnectionResponse,
    problems: ['unknown_connection'],
  })
  async connection(
    @PathSegment('connectionId', ConnectionIdSegment) connectionId: ConnectionId,
  ): Promise<ConnectionResponse> {
    const connection = await this.connectionStore.getConnection(connectionId);
    if (connection === undefined)
      throw new Problem('unknown_connection', 'The connection is closed or never existed.');
    return toResponse(connection);
  }

  @Post('messages')
  @PostOperation({
    summary: 'Send a message to a connection',
    description: 'The message is not stored: a client that reconnects does not get it.',
    response: DeliveredResponse,
    problems: ['callback_failed'],
  })
  async sendToConnection(
    @PathSegment('connectionId', ConnectionIdSegment) connectionId: ConnectionId,
    @JsonBody(MessageBody) { data }: MessageBody,
  ): Promise<DeliveredResponse> {
    return this.directMessages.sendToConnection(connectionId, data);
  }

  @Delete()
  @Operation({
    summary: 'Close a connection',
    description: 'The client receives close code 1000.',
    response: DisconnectedResponse,
    problems: ['callback_failed'],
  })
  async disconnect(
    @PathSegment('connectionId', ConnectionIdSegment) connectionId: ConnectionId,
  ): Promise<DisconnectedResponse> {
    return this.directMessages.disconnect(connectionId);
  }
}

/** The part of a connection that other backends can read. */
export function toResponse({
  connectionId,
  userId,
  connectedAt,
  lastActiveAt,
}: Connection): ConnectionResponse {
  return { connectionId, userId, connectedAt, lastActiveAt };
}
