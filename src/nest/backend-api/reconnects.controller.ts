import { Controller, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiKeyGuard } from './api-key.guard.js';
import { PostOperation } from './api-operation.decorators.js';
import { ReconnectsService } from './reconnects.service.js';
import { JsonBody } from './request-parameters.decorators.js';
import { ReconnectsBody } from './request-schemas.js';
import { ReconnectsResponse } from './response-schemas.js';

/** Moves all clients to other connections, for an operator who replaces the stage or the domain name. */
@Controller('v1/reconnects')
@ApiTags('Connections')
@UseGuards(ApiKeyGuard)
export class ReconnectsController {
  constructor(private readonly reconnects: ReconnectsService) {}

  @Post()
  @PostOperation({
    summary: 'Ask clients to reconnect',
    description:
      'Sends `reconnect` to a page of all connections. No connection is closed: a client that knows the message opens ' +
      'another connection at its time within `spreadMs`, and then closes this one. Repeat the request with `after` until ' +
      'the response has no `next`.',
    response: ReconnectsResponse,
  })
  async askToReconnect(@JsonBody(ReconnectsBody) body: ReconnectsBody): Promise<ReconnectsResponse> {
    return this.reconnects.notify(body);
  }
}
