import { Injectable } from '@nestjs/common';
import { PROBLEMS } from '../../api/errors.js';
import { type ChannelName } from '../../api/messages.js';
import { TooLargeError } from '../callback/callback.errors.js';
import { ChannelsService } from '../channels/channels.service.js';
import { RequestLog } from '../logging/request-log.js';
import { problemOf } from '../http/error.filter.js';
import { Problem } from '../http/problem.js';
import { type BatchAnswer, type ProblemBody, type PublishedAnswer } from './response-schemas.js';
import { ChannelNamePipe } from './channel-name.pipe.js';
import { type BatchBody } from './request-schemas.js';

/** Publishes to channels in the name of nobody: permissions are for clients. */
@Injectable()
export class PublishingService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly channelName: ChannelNamePipe,
    private readonly log: RequestLog,
  ) {}

  /**
   * @returns the message's place in the channel's log
   * @throws {Problem} `message_too_large`; nobody got it
   * @throws {QueueFullError} too many messages wait; nobody got it
   */
  async publish(channel: ChannelName, data: unknown): Promise<PublishedAnswer> {
    try {
      const { epoch, offset } = await this.channels.send(channel, { data });
      return { epoch, offset };
    } catch (error) {
      throw tooLarge(error);
    }
  }

  /** Publishes each message, those of one channel in their order, whatever becomes of the others. */
  async publishBatch({ messages }: BatchBody): Promise<BatchAnswer> {
    const results: BatchAnswer['results'] = [];
    const byChannel = Map.groupBy(messages.entries(), ([, { channel }]) => channel);
    await Promise.all(
      [...byChannel].map(async ([channel, entries]) => {
        for (const [index, { data }] of entries) results[index] = await this.#result(channel, data);
      }),
    );
    return { results };
  }

  async #result(channel: ChannelName, data: unknown): Promise<BatchAnswer['results'][number]> {
    try {
      return await this.publish(this.channelName.transform(channel), data);
    } catch (error) {
      const { code, detail } = problemOf(error);
      const { title, status } = PROBLEMS[code];
      if (status >= 500) this.log.error({ channel, code, err: error }, 'message of a batch not published');
      return { problem: { title, status, code, detail } satisfies ProblemBody };
    }
  }
}

/** Of a message that is too large before anybody got it, the sender is told; every other error stays what it is. */
export function tooLarge(error: unknown): unknown {
  return error instanceof TooLargeError
    ? new Problem('message_too_large', error.message, { cause: error })
    : error;
}
