import { Controller, Post, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import { BatchResponse } from './response-schemas.js';
import { type AppendKey } from '../store/log-store.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { RequestKey } from './append-key.js';
import { PostOperation } from './api-operation.decorators.js';
import { PublishingService } from './publishing.service.js';
import { JsonBody } from './request-parameters.decorators.js';
import { BATCH_BYTES, BATCH_MESSAGES, BatchBody } from './request-schemas.js';

/** Messages to several channels in one request. */
@Controller('v1/messages')
@ApiTags('Channels')
@UseGuards(ApiKeyGuard)
export class BatchesController {
  constructor(private readonly publishing: PublishingService) {}

  @Post()
  @RouteConfig({ bodyLimit: BATCH_BYTES })
  @PostOperation({
    summary: `Publish up to ${BATCH_MESSAGES} messages to channels`,
    description:
      'Each message has its own result or problem; the others are published even if one fails. Messages to one ' +
      'channel keep their order. With an `Idempotency-Key`, repeat the whole request if a problem has a status of 500 ' +
      'or more: no message is published twice. After other problems, send corrected messages with another key.',
    response: BatchResponse,
  })
  async publishBatch(
    @JsonBody(BatchBody) batch: BatchBody,
    @RequestKey() once?: AppendKey,
  ): Promise<BatchResponse> {
    return this.publishing.publishBatch(batch, once);
  }
}
