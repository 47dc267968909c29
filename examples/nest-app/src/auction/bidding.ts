import { ForbiddenException, Injectable, UseGuards } from '@nestjs/common';
import { Caller, Channels, Message, OnConnect, OnMessage } from 'backchannel-nest';
import { z } from 'zod';
import { RequiredRole, RolesGuard } from '../roles/roles.guard.js';
import { type Session } from '../roles/session.js';
import { channelOf, Lots } from './lots.service.js';
import { People } from './people.service.js';

const Bid = z.strictObject({ lot: z.int(), price: z.int().positive() });

/** What clients do: they connect, join the channel of a lot, and bid. */
@Injectable()
export class Bidding {
  constructor(
    private readonly lots: Lots,
    private readonly people: People,
    private readonly channels: Channels,
  ) {}

  @OnConnect()
  admit(@Caller() { userId }: Caller): Session {
    const role = userId && this.people.roleOf(userId);
    if (!role) throw new ForbiddenException(`the auction does not know ${userId}`);
    return { role };
  }

  @OnMessage('bid', { schema: Bid })
  @RequiredRole('bidder')
  @UseGuards(RolesGuard)
  async bid(@Message() { lot, price }: z.output<typeof Bid>, @Caller() { userId }: Caller<Session>) {
    const { title } = this.lots.bid(lot, price, userId!);
    await this.channels.publish(channelOf(lot), { event: 'bid', price, bidder: userId });
    return { type: 'leading', lot, title, price };
  }
}
