import { Injectable } from '@nestjs/common';
import { type z } from 'zod';
import { ClientMessageSchema } from '../../api/message-schemas.js';
import { type Action, type ClientMessage, type ServerMessage } from '../../api/messages.js';
import { ChannelsService } from '../channels/channels.service.js';
import { PositionsService } from '../channels/positions.service.js';
import { PresenceService } from '../channels/presence.service.js';
import { Caller } from '../handlers/handler-parameters.js';
import { Message, OnMessage } from './handler-decorators.js';
import { type MessageSchema } from './message-schema.js';

/** The actions of PROTOCOL.md. */
@Injectable()
export class BuiltInActions {
  constructor(
    private readonly channels: ChannelsService,
    private readonly presences: PresenceService,
    private readonly positions: PositionsService,
  ) {}

  @OnMessage('ping', { schema: schemaOf('ping') })
  async ping(@Message() { positions }: Content<'ping'>, @Caller() caller: Caller): Promise<ServerMessage> {
    if (positions === undefined) return { type: 'pong' };
    return { type: 'pong', behind: await this.positions.behind(caller, positions) };
  }

  @OnMessage('join', { schema: schemaOf('join') })
  async join(
    @Message() { channel, since }: Content<'join'>,
    @Caller() caller: Caller,
  ): Promise<ServerMessage> {
    return { type: 'joined', channel, ...(await this.channels.join(channel, caller, since)) };
  }

  @OnMessage('leave', { schema: schemaOf('leave') })
  async leave(@Message() { channel }: Content<'leave'>, @Caller() caller: Caller): Promise<ServerMessage> {
    await this.channels.leave(channel, caller);
    return { type: 'left', channel };
  }

  @OnMessage('publish', { schema: schemaOf('publish') })
  async publish(
    @Message() { channel, data, key }: Content<'publish'>,
    @Caller() caller: Caller,
  ): Promise<ServerMessage> {
    const { epoch, offset, isRepeat } = await this.channels.publish(channel, caller, data, key);
    return { type: 'published', channel, epoch, offset, repeated: isRepeat };
  }

  @OnMessage('presence', { schema: schemaOf('presence') })
  async presence(
    @Message() { channel }: Content<'presence'>,
    @Caller() caller: Caller,
  ): Promise<ServerMessage> {
    return { type: 'presence', channel, data: await this.presences.read(channel, caller) };
  }
}

/** A message without what each message has. */
type Content<A extends Action> = Omit<Extract<ClientMessage, { readonly action: A }>, 'action' | 'id'>;

function schemaOf(action: Action): MessageSchema {
  const schemas: readonly z.ZodObject[] = ClientMessageSchema.options;
  const schema = schemas.find(({ shape }) => (shape['action'] as z.ZodLiteral).value === action)!;
  return schema.omit({ action: true, id: true });
}
