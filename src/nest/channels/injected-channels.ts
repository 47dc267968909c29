import { Injectable } from '@nestjs/common';
import { ChannelNameSchema } from '../../api/message-schemas.js';
import { type ChannelName, type JsonText, type Since } from '../../api/messages.js';
import { type ConnectionId } from '../../api/integration.js';
import { Config } from '../config/config.js';
import { type Sender } from '../connections/caller.js';
import { LogStore } from '../store/log-store.js';
import { MembershipStore } from '../store/membership-store.js';
import { ChannelError } from './channel.errors.js';
import {
  Channels,
  type History,
  type HistoryMessage,
  type Joined,
  type Presence,
  type PublishedMessage,
  type PublishOptions,
} from './channels.js';
import { ChannelsService, requireLength } from './channels.service.js';
import { PresenceService } from './presence.service.js';
import { applicationKey } from './publish-key.js';

/** {@link Channels} as applications inject them: takes names and data of any origin. */
@Injectable()
export class InjectedChannels extends Channels {
  constructor(
    private readonly channels: ChannelsService,
    private readonly presences: PresenceService,
    private readonly membershipStore: MembershipStore,
    private readonly logStore: LogStore,
    private readonly config: Config,
  ) {
    super();
  }

  override async publish(
    channel: string,
    data: unknown,
    options?: PublishOptions,
  ): Promise<PublishedMessage> {
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) throw new TypeError('expected data that is JSON');
    return this.publishText(channel, text as JsonText, options);
  }

  override async publishText(
    channel: string,
    data: JsonText,
    { as: client, key }: PublishOptions = {},
  ): Promise<PublishedMessage> {
    const name = nameOf(channel);
    if (key !== undefined && !KEY.test(key)) throw new TypeError('expected a key of 1 to 64 characters');
    if (client !== undefined) return this.channels.publish(name, client, data, key);
    const { publishOnceMs } = this.config.channels;
    return this.channels.send(
      name,
      { data },
      key === undefined ? undefined : applicationKey(key, data, publishOnceMs),
    );
  }

  override async join(channel: string, client: Sender, since?: Since): Promise<Joined> {
    return this.channels.join(nameOf(channel), client, since);
  }

  override async leave(channel: string, client: Sender): Promise<void> {
    return this.channels.leave(nameOf(channel), client);
  }

  override async isMember(channel: string, connectionId: string): Promise<boolean> {
    return this.membershipStore.isMember(nameOf(channel), connectionId as ConnectionId);
  }

  override async presence(channel: string): Promise<Presence> {
    return this.presences.of(nameOf(channel));
  }

  override async history(
    channel: string,
    {
      since,
      limit = HISTORY_PAGE,
    }: { readonly since?: Since | undefined; readonly limit?: number | undefined } = {},
  ): Promise<History> {
    if (!Number.isInteger(limit) || limit < 1 || limit > HISTORY_PAGE)
      throw new RangeError(`limit=${limit}: expected a whole number from 1 to ${HISTORY_PAGE}`);
    const name = nameOf(channel);
    const position = await this.logStore.position(name);
    const isKnown = since !== undefined && since.epoch === position.epoch && since.offset <= position.offset;
    const after = isKnown ? since.offset : 0;
    const entries = await this.logStore.readLog(name, after, limit);
    const isComplete = entries.length > 0 ? entries[0]!.offset === after + 1 : after === position.offset;
    return {
      ...position,
      ...(since !== undefined && { recovered: isKnown && isComplete }),
      messages: entries.map(({ offset, publishedAt, content }) => ({
        offset,
        publishedAt,
        ...(JSON.parse(content) as Pick<HistoryMessage, 'data' | 'from' | 'user'>),
      })),
    };
  }
}

/** @throws {ChannelError} it cannot be the name of a channel */
function nameOf(channel: string): ChannelName {
  const { success, data, error } = ChannelNameSchema.safeParse(channel);
  if (!success) throw new ChannelError('bad_message', `channel: ${error.issues[0]!.message}`);
  requireLength(data);
  return data;
}

/** Each message has up to 128 KB. */
const HISTORY_PAGE = 100;

const KEY = /^.{1,64}$/su;
