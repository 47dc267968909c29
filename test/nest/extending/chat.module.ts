import { randomInt } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import { z } from 'zod';
import {
  Caller,
  ChannelNameSchema,
  ChannelsService,
  type JsonText,
  Message,
  OnMessage,
  type Sender,
} from '../../../src/nest/index.js';

const Roll = z.strictObject({ channel: ChannelNameSchema });

/** Rolls a die on the server and publishes the result to the channel. */
@Injectable()
export class Dice {
  constructor(private readonly channels: ChannelsService) {}

  @OnMessage('roll', { schema: Roll })
  async roll(@Message() { channel }: z.output<typeof Roll>, @Caller() caller: Sender) {
    const rolled = randomInt(1, 7);
    const data = JSON.stringify({ rolled }) as JsonText;
    const { offset } = await this.channels.publish(channel, caller, data);
    return { type: 'rolled', channel, offset, rolled };
  }
}

@Module({ providers: [Dice] })
export class ChatModule {}
