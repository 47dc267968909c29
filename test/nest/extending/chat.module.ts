import { randomInt } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import { z } from 'zod';
import { Caller, ChannelNameSchema, Channels, Message, OnMessage } from '../../../src/nest/index.js';

const Roll = z.strictObject({ channel: ChannelNameSchema });

/** Rolls a die on the server and publishes the result to the channel. */
@Injectable()
export class Dice {
  constructor(private readonly channels: Channels) {}

  @OnMessage('roll', { schema: Roll })
  async roll(@Message() { channel }: z.output<typeof Roll>, @Caller() caller: Caller) {
    const rolled = randomInt(1, 7);
    const { offset } = await this.channels.publish(channel, { rolled }, { as: caller });
    return { type: 'rolled', channel, offset, rolled };
  }
}

@Module({ providers: [Dice] })
export class ChatModule {}
