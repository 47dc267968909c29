import { Controller, Get, Header, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type z } from 'zod';
import { type ChannelName } from '../../api/messages.js';
import { historyItem } from '../channels/message-frame.js';
import { type AppendKey, LogStore } from '../store/log-store.js';
import { MembershipStore } from '../store/membership-store.js';
import { ChannelResponse, HistoryResponse, MembersResponse, PublishedResponse } from './response-schemas.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { RequestKey } from './append-key.js';
import { ChannelNamePipe } from './channel-name.pipe.js';
import { Operation, PostOperation } from './api-operation.decorators.js';
import { PublishingService } from './publishing.service.js';
import { JsonBody, PathSegment, QueryString } from './request-parameters.decorators.js';
import { ChannelSegment, HistoryQuery, MembersQuery, MessageBody } from './request-schemas.js';

const Channel = () => PathSegment('channel', ChannelSegment, ChannelNamePipe);

/** Publishes to a channel, and reads its members and its log. Clients' permissions do not apply. */
@Controller('v1/channels/:channel')
@ApiTags('Channels')
@UseGuards(ApiKeyGuard)
export class ChannelsController {
  constructor(
    private readonly membershipStore: MembershipStore,
    private readonly logStore: LogStore,
    private readonly publishing: PublishingService,
  ) {}

  @Post('messages')
  @PostOperation({
    summary: 'Publish a message to a channel',
    description:
      'The response is sent once delivery to each member was attempted, or is shared among all tasks.',
    response: PublishedResponse,
    problems: ['channel_name_too_long'],
  })
  async publish(
    @Channel() channel: ChannelName,
    @JsonBody(MessageBody) { data }: MessageBody,
    @RequestKey() once?: AppendKey,
  ): Promise<PublishedResponse> {
    return this.publishing.publish(channel, data, once);
  }

  @Get('messages')
  @Header('Content-Type', 'application/json; charset=utf-8')
  @Operation({
    summary: "Read a channel's log",
    description:
      'The oldest messages after `since_offset`, or the oldest of the log. For the next page, pass the offset of the ' +
      'last message; if it equals `offset`, there are no more messages.',
    response: HistoryResponse,
    problems: ['channel_name_too_long'],
  })
  async history(
    @Channel() channel: ChannelName,
    @QueryString(HistoryQuery) { epoch, since_offset: since, limit }: z.output<typeof HistoryQuery>,
  ): Promise<string> {
    const position = await this.logStore.position(channel);
    const isKnown = since !== undefined && epoch === position.epoch && since <= position.offset;
    const after = isKnown ? since : 0;
    const entries = await this.logStore.readLog(channel, after, limit);
    const hasNext = entries.length > 0 || after === position.offset;
    const isComplete = hasNext && entries.every(({ offset }, index) => offset === after + 1 + index);
    const rest: Omit<HistoryResponse, 'messages'> = {
      ...position,
      ...(since !== undefined && { recovered: isKnown && isComplete }),
    };
    // the data of the messages stays as it was sent
    return `${JSON.stringify(rest).slice(0, -1)},"messages":[${entries.map(historyItem).join(',')}]}`;
  }

  @Get()
  @Operation({
    summary: "A channel's number of members and the position of its log",
    response: ChannelResponse,
    problems: ['channel_name_too_long'],
  })
  async channel(@Channel() channel: ChannelName): Promise<ChannelResponse> {
    const [members, position] = await Promise.all([
      this.membershipStore.countMembers(channel),
      this.logStore.position(channel),
    ]);
    return { members, ...position };
  }

  @Get('members')
  @Operation({
    summary: "A channel's members",
    response: MembersResponse,
    problems: ['channel_name_too_long'],
  })
  async members(
    @Channel() channel: ChannelName,
    @QueryString(MembersQuery) { after, limit }: z.output<typeof MembersQuery>,
  ): Promise<MembersResponse> {
    const members: MembersResponse['members'] = [];
    for await (const page of this.membershipStore.members(channel, { after })) {
      for (const { connectionId, userId, joinedAt } of page) {
        members.push({ connectionId, userId, joinedAt });
        if (members.length === limit) return { members, next: connectionId };
      }
    }
    return { members };
  }
}
