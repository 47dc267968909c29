import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ChannelNameSchema, MessageIdSchema } from '../../../src/api/message-schemas.js';
import { type JsonText } from '../../../src/api/messages.js';
import { ChannelsService } from '../../../src/nest/channels/channels.service.js';
import { type Sender } from '../../../src/nest/connections/connections.service.js';
import { CustomAction, type CustomReply } from '../../../src/nest/messages/custom-action.js';

const Roll = z.strictObject({
  action: z.literal('roll'),
  id: MessageIdSchema.optional(),
  channel: ChannelNameSchema,
});

/** Rolls a die on the server and publishes the result to the channel. */
@Injectable()
export class RollHandler extends CustomAction<typeof Roll> {
  readonly schema = Roll;

  constructor(private readonly channels: ChannelsService) {
    super();
  }

  async handle(sender: Sender, { channel }: z.output<typeof Roll>): Promise<CustomReply> {
    const rolled = randomInt(1, 7);
    const data = JSON.stringify({ rolled }) as JsonText;
    const { offset } = await this.channels.publish(channel, sender, data);
    return { type: 'rolled', channel, offset, rolled };
  }
}
