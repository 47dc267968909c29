import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ConnectionStore } from '../store/connection-store.js';
import { CountsResponse } from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { Operation } from './api-operation.decorators.js';

/** Counts of the whole store. */
@Controller('v1/counts')
@ApiTags('Counts')
@UseGuards(ApiKeyGuard)
export class CountsController {
  constructor(private readonly connectionStore: ConnectionStore) {}

  @Get()
  @Operation({
    summary: 'The numbers of connections and channels',
    description: 'Reads more of the store than any other operation: call it every minute, not every second.',
    response: CountsResponse,
  })
  async counts(): Promise<CountsResponse> {
    return this.connectionStore.counts();
  }
}
