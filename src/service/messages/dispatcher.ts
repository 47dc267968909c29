import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';
import { type ConnectionId } from '../../api/integration.js';
import { type Action } from '../../api/messages.js';
import { TooLargeError } from '../callback/callback.errors.js';
import { NotJoinedError } from '../channels/channel.errors.js';
import { UnknownConnectionError } from '../connections/connection.errors.js';
import { ConnectionsService, type OpenConnection, type Sender } from '../connections/connections.service.js';
import { type Frame, frame } from '../connections/frame.js';
import { JoinHandler } from './join.handler.js';
import { LeaveHandler } from './leave.handler.js';
import { type MessageHandler, type MessageOf } from './message-handler.js';
import { MessageError, parseMessage, readMessageId } from './parse-message.js';
import { PingHandler } from './ping.handler.js';
import { PresenceHandler } from './presence.handler.js';
import { PublishHandler } from './publish.handler.js';

/** Brings each message to the handler of its action, and the answer back to its sender. */
@Injectable()
export class Dispatcher {
  /** Which handler does what. An action without one does not compile. */
  private readonly handlers: { readonly [A in Action]: MessageHandler<A> };

  constructor(
    ping: PingHandler,
    join: JoinHandler,
    leave: LeaveHandler,
    publish: PublishHandler,
    presence: PresenceHandler,
    private readonly connections: ConnectionsService,
    private readonly log: PinoLogger,
  ) {
    this.handlers = { ping, join, leave, publish, presence };
  }

  /**
   * @param text a frame's content as it came, which need not be JSON
   * @returns once the answer is posted; a sender who has left meanwhile needs none
   * @throws {CallbackError} the answer could not be posted
   * @throws what a handler did not expect, after the sender was told `internal_error`
   */
  async dispatch(connection: OpenConnection, text: string): Promise<void> {
    const { connectionId } = connection;
    let answer: Frame;
    try {
      answer = await this.answer(connection, text);
    } catch (error) {
      await this.apologise(connectionId, text);
      throw error;
    }
    await this.connections.deliver(connectionId, answer);
  }

  /** What the sender is told: what the handler says, or what was wrong with the message. */
  private async answer(connection: OpenConnection, text: string): Promise<Frame> {
    try {
      const sender = await this.connections.touch(connection);
      const message = parseMessage(text);
      const answer = await this.handle(message.action, sender, message);
      this.log.debug({ action: message.action }, 'handled');
      return frame(answer);
    } catch (error) {
      const mistake = explain(error);
      if (mistake === undefined) throw error;
      this.log.debug({ code: mistake.code }, 'not handled');
      return frame({ type: 'error', id: readMessageId(text), ...mistake });
    }
  }

  private handle<A extends Action>(action: A, sender: Sender, message: MessageOf[A]) {
    return this.handlers[action].handle(sender, message);
  }

  /** Tells the sender of our mistake, as far as that is possible. */
  private async apologise(connectionId: ConnectionId, text: string): Promise<void> {
    const code = 'internal_error';
    const apology = frame({ type: 'error', id: readMessageId(text), code, message: CLIENT_ERRORS[code] });
    try {
      await this.connections.deliver(connectionId, apology);
    } catch (error) {
      this.log.warn({ err: error }, 'apology not posted');
    }
  }
}

/** What the sender is told of a mistake of its own; undefined for any other. */
function explain(error: unknown): { readonly code: ClientErrorCode; readonly message: string } | undefined {
  if (error instanceof MessageError) return { code: error.code, message: error.message };
  if (error instanceof UnknownConnectionError) {
    return { code: 'unknown_connection', message: CLIENT_ERRORS.unknown_connection };
  }
  if (error instanceof NotJoinedError) return { code: 'not_joined', message: error.message };
  if (error instanceof TooLargeError) return { code: 'message_too_large', message: error.message };
  return undefined;
}
