import { Module } from '@nestjs/common';
import { Bidding } from './bidding.js';
import { LotsController } from './lots.controller.js';
import { Lots } from './lots.service.js';
import { People } from './people.service.js';

@Module({ controllers: [LotsController], providers: [Bidding, Lots, People] })
export class AuctionModule {}
