import { Controller, Get, HttpCode, Param, ParseIntPipe, Post } from '@nestjs/common';
import { Channels } from 'backchannel-nest';
import { channelOf, type Lot, Lots } from './lots.service.js';

/** For the auctioneer's own programs, which reach the service inside the network. */
@Controller('lots')
export class LotsController {
  constructor(
    private readonly lots: Lots,
    private readonly channels: Channels,
  ) {}

  @Get()
  all(): readonly Lot[] {
    return this.lots.all();
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number): Lot {
    return this.lots.find(id);
  }

  @Post(':id/sale')
  @HttpCode(200)
  async sell(@Param('id', ParseIntPipe) id: number): Promise<Lot> {
    const lot = this.lots.sell(id);
    await this.channels.publish(channelOf(id), { event: 'sold', ...lot });
    return lot;
  }
}
