import { Body, Controller, Post, UseGuards, UsePipes } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import { BatchAnswer } from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { PostOperation } from './operation.decorators.js';
import { PublishingService } from './publishing.service.js';
import { RequestPipe } from './request.pipe.js';
import { BATCH_BYTES, BATCH_MESSAGES, BatchBody } from './request-schemas.js';

/** Messages to several channels in one request. */
@Controller('v1/messages')
@ApiTags('Channels')
@UseGuards(ApiKeyGuard)
@UsePipes(RequestPipe)
export class BatchesController {
  constructor(private readonly publishing: PublishingService) {}

  @Post()
  @RouteConfig({ bodyLimit: BATCH_BYTES })
  @PostOperation({
    summary: `Publish up to ${BATCH_MESSAGES} messages to channels`,
    description:
      'Each message has its own result or problem, and one that fails stops no other. Those to one channel keep their ' +
      'order. A repeated request is given the problems again, too: send what has failed with another key.',
    answer: BatchAnswer,
  })
  async publishBatch(@Body({ schema: BatchBody }) batch: BatchBody): Promise<BatchAnswer> {
    return this.publishing.publishBatch(batch);
  }
}
