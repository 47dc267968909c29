import { Body, Controller, Delete, Get, Param, Post, UseGuards, UsePipes } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type UserId } from '../../api/integration.js';
import { Store } from '../store/store.js';
import {
  type ConnectionAnswer,
  ConnectionsAnswer,
  DeliveredAnswer,
  DisconnectedAnswer,
} from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { shown } from './connections.controller.js';
import { DirectMessagesService } from './direct-messages.service.js';
import { Operation, PostOperation } from './operation.decorators.js';
import { RequestPipe } from './request.pipe.js';
import { MessageBody, UserIdSegment } from './request-schemas.js';

/** All connections of one user. A user who is not there has none. */
@Controller('v1/users/:userId')
@ApiTags('Users')
@UseGuards(ApiKeyGuard)
@UsePipes(RequestPipe)
export class UsersController {
  constructor(
    private readonly store: Store,
    private readonly directMessages: DirectMessagesService,
  ) {}

  @Get('connections')
  @Operation({ summary: "A user's connections", answer: ConnectionsAnswer })
  async userConnections(
    @Param('userId', { schema: UserIdSegment }) userId: UserId,
  ): Promise<ConnectionsAnswer> {
    const connections: ConnectionAnswer[] = [];
    for await (const page of this.store.connectionsOf(userId)) {
      connections.push(...page.map(shown));
      if (connections.length >= MAX_CONNECTIONS) break;
    }
    return { connections: connections.slice(0, MAX_CONNECTIONS) };
  }

  @Post('messages')
  @PostOperation({
    summary: "Send a message to all of a user's connections",
    description: 'It is not kept: a client that connects again does not get it.',
    answer: DeliveredAnswer,
  })
  async sendToUser(
    @Param('userId', { schema: UserIdSegment }) userId: UserId,
    @Body({ schema: MessageBody }) { data }: MessageBody,
  ): Promise<DeliveredAnswer> {
    return this.directMessages.sendToUser(userId, data);
  }

  @Delete('connections')
  @Operation({
    summary: "Close all of a user's connections",
    description: 'The clients see close code 1000.',
    answer: DisconnectedAnswer,
  })
  async disconnectUser(
    @Param('userId', { schema: UserIdSegment }) userId: UserId,
  ): Promise<DisconnectedAnswer> {
    return this.directMessages.disconnectUser(userId);
  }
}

/** Of a user, in one answer. */
const MAX_CONNECTIONS = 1000;
