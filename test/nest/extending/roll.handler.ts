import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ChannelName, MessageId } from '../../../src/api/messages.js';
import { ChannelsService } from '../../../src/nest/channels/channels.service.js';
import { type Sender } from '../../../src/nest/connections/connections.service.js';
import { CustomAction, type CustomAnswer } from '../../../src/nest/messages/custom-action.js';

const Roll = z.strictObject({ action: z.literal('roll'), id: MessageId, channel: ChannelName });

/** Rolls a die where nobody can cheat, and shows everybody at the table. */
@Injectable()
export class RollHandler extends CustomAction<typeof Roll> {
  readonly schema = Roll;

  constructor(private readonly channels: ChannelsService) {
    super();
  }

  async handle(sender: Sender, { id, channel }: z.output<typeof Roll>): Promise<CustomAnswer> {
    const rolled = randomInt(1, 7);
    const { offset } = await this.channels.publish(channel, sender, { rolled });
    return { type: 'rolled', id, channel, offset, rolled };
  }
}
