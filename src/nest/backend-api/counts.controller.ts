import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Store } from '../store/store.js';
import { CountsAnswer } from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { Operation } from './operation.decorators.js';

/** The whole, in numbers. */
@Controller('v1/counts')
@ApiTags('Counts')
@UseGuards(ApiKeyGuard)
export class CountsController {
  constructor(private readonly store: Store) {}

  @Get()
  @Operation({
    summary: 'How many connections and channels there are',
    description: 'Reads more than any other operation: ask for it every minute, not every second.',
    answer: CountsAnswer,
  })
  async counts(): Promise<CountsAnswer> {
    return this.store.counts();
  }
}
