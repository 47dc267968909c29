import { Injectable } from '@nestjs/common';
import { PROBLEMS } from '../../api/errors.js';
import { type ChannelName, type JsonText } from '../../api/messages.js';
import { ChannelsService } from '../channels/channels.service.js';
import { problemOf } from '../http/error.filter.js';
import { RequestLog } from '../logging/request-log.js';
import { type AppendKey } from '../store/log-store.js';
import { type BatchResponse, type ProblemBody, type PublishedResponse } from './response-schemas.js';
import { ChannelNamePipe } from './channel-name.pipe.js';
import { messageTooLarge } from './message-too-large.js';
import { type BatchBody } from './request-schemas.js';

/** Publishes to channels for other backends. Such messages have no sender, and permissions do not apply. */
@Injectable()
export class PublishingService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly channelName: ChannelNamePipe,
    private readonly log: RequestLog,
  ) {}

  /**
   * @param once identifies the message among all attempts to publish it
   * @returns the message's position in the channel's log
   * @throws {Problem} `message_too_large`; no member got it
   * @throws {QueueFullError} too many messages are queued; no member got it
   */
  async publish(channel: ChannelName, data: JsonText, once?: AppendKey): Promise<PublishedResponse> {
    try {
      const { epoch, offset } = await this.channels.send(channel, { data }, once);
      return { epoch, offset };
    } catch (error) {
      throw messageTooLarge(error);
    }
  }

  /** Publishes each message, whether or not others fail. Messages to one channel keep their order. */
  async publishBatch({ messages }: BatchBody, once?: AppendKey): Promise<BatchResponse> {
    const results: BatchResponse['results'] = [];
    const byChannel = Map.groupBy(messages.entries(), ([, { channel }]) => channel);
    await Promise.all(
      [...byChannel].map(async ([channel, entries]) => {
        for (const [index, { data }] of entries) {
          const key = once && { ...once, key: `${once.key}-${index}` };
          results[index] = await this.#result(channel, data, key);
        }
      }),
    );
    return { results };
  }

  async #result(
    channel: ChannelName,
    data: JsonText,
    once: AppendKey | undefined,
  ): Promise<BatchResponse['results'][number]> {
    try {
      return await this.publish(this.channelName.transform(channel), data, once);
    } catch (error) {
      const { code, detail } = problemOf(error);
      const { title, status } = PROBLEMS[code];
      if (status >= 500) this.log.error({ channel, code, err: error }, 'message of a batch not published');
      return { problem: { title, status, code, detail } satisfies ProblemBody };
    }
  }
}
