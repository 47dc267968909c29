import { Controller, Delete, Get, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type UserId } from '../../api/integration.js';
import { ConnectionStore } from '../store/connection-store.js';
import {
  type ConnectionResponse,
  ConnectionsResponse,
  DeliveredResponse,
  DisconnectedResponse,
} from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { toResponse } from './connections.controller.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { Operation, PostOperation } from './api-operation.decorators.js';
import { JsonBody, PathSegment } from './request-parameters.decorators.js';
import { MessageBody, UserIdSegment } from './request-schemas.js';

/** Reads, closes and sends to all connections of one user. An unknown user has none. */
@Controller('v1/users/:userId')
@ApiTags('Users')
@UseGuards(ApiKeyGuard)
export class UsersController {
  constructor(
    private readonly connectionStore: ConnectionStore,
    private readonly directMessages: DirectMessagesService,
  ) {}

  @Get('connections')
  @Operation({ summary: "A user's connections", response: ConnectionsResponse })
  async userConnections(@PathSegment('userId', UserIdSegment) userId: UserId): Promise<ConnectionsResponse> {
    const connections: ConnectionResponse[] = [];
    for await (const page of this.connectionStore.connectionsOf(userId)) {
      connections.push(...page.map(toResponse));
      if (connections.length >= MAX_CONNECTIONS) break;
    }
    return { connections: connections.slice(0, MAX_CONNECTIONS) };
  }

  @Post('messages')
  @PostOperation({
    summary: "Send a message to all of a user's connections",
    description: 'The message is not stored: a client that reconnects does not get it.',
    response: DeliveredResponse,
  })
  async sendToUser(
    @PathSegment('userId', UserIdSegment) userId: UserId,
    @JsonBody(MessageBody) { data }: MessageBody,
  ): Promise<DeliveredResponse> {
    return this.directMessages.sendToUser(userId, data);
  }

  @Delete('connections')
  @Operation({
    summary: "Close all of a user's connections",
    description: 'The clients receive close code 1000.',
    response: DisconnectedResponse,
  })
  async disconnectUser(@PathSegment('userId', UserIdSegment) userId: UserId): Promise<DisconnectedResponse> {
    return this.directMessages.disconnectUser(userId);
  }
}

/** In one response. */
const MAX_CONNECTIONS = 1000;
