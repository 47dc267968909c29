import { Inject, Injectable } from '@nestjs/common';
import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';
import { type ConnectionId } from '../../api/integration.js';
import { type Action, ClientMessage, type ServerMessage } from '../../api/messages.js';
import { QueueFullError, TooLargeError } from '../callback/callback.errors.js';
import { ChannelError } from '../channels/channel.errors.js';
import { UnknownConnectionError } from '../connections/connection.errors.js';
import { ConnectionsService, type OpenConnection, type Sender } from '../connections/connections.service.js';
import { type Frame, frame } from '../connections/frame.js';
import { RequestLog } from '../logging/request-log.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { Metrics } from '../metrics/metrics.js';
import { Tracing } from '../tracing/tracing.js';
import { type ActionSchema, CUSTOM_ACTIONS, type CustomAction } from './custom-action.js';
import { JoinHandler } from './join.handler.js';
import { LeaveHandler } from './leave.handler.js';
import { type MessageHandler } from './message-handler.js';
import { MessageError, parseMessage, readMessageId } from './parse-message.js';
import { PingHandler } from './ping.handler.js';
import { PresenceHandler } from './presence.handler.js';
import { PublishHandler } from './publish.handler.js';

/** What the sender of a message is told. */
export interface Answer {
  readonly frame: Frame;
  /** Whether the sender takes several messages in one frame; unknown when there is a failure. */
  readonly isBatched?: boolean | undefined;
  /** There when it tells of a failure of ours. */
  readonly failure?: unknown;
}

/** Brings each message to the handler of its action, and the answer back to its sender. */
@Injectable()
export class Dispatcher {
  /** By action. */
  private readonly schemas = new Map<string, ActionSchema>();
  private readonly handlers = new Map<string, AnyHandler>();

  constructor(
    ping: PingHandler,
    join: JoinHandler,
    leave: LeaveHandler,
    publish: PublishHandler,
    presence: PresenceHandler,
    @Inject(CUSTOM_ACTIONS) customActions: readonly CustomAction[],
    private readonly connections: ConnectionsService,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly log: RequestLog,
  ) {
    // which handler does what: an action without one does not compile
    const handlers: { readonly [A in Action]: MessageHandler<A> } = { ping, join, leave, publish, presence };
    for (const schema of ClientMessage.options) this.add(schema, handlers[schema.shape.action.value]);
    for (const customAction of customActions) this.add(customAction.schema, customAction);
  }

  /**
   * @param text a frame's content as it came, which need not be JSON
   * @returns once the answer is posted; a sender who has left meanwhile needs none
   * @throws {CallbackError} the answer could not be posted
   * @throws {StoreUnavailableError} after the sender was told `unavailable`
   * @throws what a handler did not expect, after the sender was told `internal_error`
   */
  async dispatch(connection: OpenConnection, text: string): Promise<void> {
    const { connectionId } = connection;
    const answer = await this.answer(connection, text);
    if (answer.failure === undefined) {
      await this.connections.deliver(connectionId, answer.frame, answer);
      return;
    }
    await this.apologise(connectionId, answer.frame);
    throw answer.failure;
  }

  /** As {@link Dispatcher.dispatch}, but the caller brings the answer to the sender. */
  async answer(connection: OpenConnection, text: string): Promise<Answer> {
    const startedAt = performance.now();
    // as long as it is none of those that there are: whatever a client sends must not become a metric of its own
    let action = 'unknown';
    const handled = (result: string) =>
      this.metrics.messageHandled(action, result, (performance.now() - startedAt) / 1000);
    try {
      const sender = await this.connections.touch(connection);
      const message = parseMessage(text, this.schemas);
      action = message.action;
      const answer = frame(await this.tracing.span('handle', { action }, () => this.handle(sender, message)));
      this.log.debug({ action }, 'handled');
      handled('ok');
      return { frame: answer, isBatched: sender.isBatched };
    } catch (error) {
      const id = readMessageId(text);
      const mistake = explain(error);
      if (mistake !== undefined) {
        handled(mistake.code);
        this.log.debug({ code: mistake.code }, 'not handled');
        return { frame: frame({ type: 'error', id, ...mistake }) };
      }
      const code = error instanceof StoreUnavailableError ? 'unavailable' : 'internal_error';
      handled(code);
      return { frame: frame({ type: 'error', id, code, message: CLIENT_ERRORS[code] }), failure: error };
    }
  }

  private add(schema: ActionSchema, handler: AnyHandler): void {
    const action = schema.shape.action.value;
    if (this.schemas.has(action)) throw new Error(`there are two handlers for the action ${action}`);
    this.schemas.set(action, schema);
    this.handlers.set(action, handler);
  }

  private async handle(sender: Sender, message: { readonly action: string }): Promise<ServerMessage> {
    // its schema was added with its handler
    const handler = this.handlers.get(message.action)!;
    return handler.handle(sender, message as never) as Promise<ServerMessage>;
  }

  /** Tells the sender of our failure, as far as that is possible; the store may be away, too. */
  private async apologise(connectionId: ConnectionId, apology: Frame): Promise<void> {
    try {
      await this.connections.deliver(connectionId, apology);
    } catch (error) {
      this.log.warn({ err: error }, 'apology not posted');
    }
  }
}

/** Whatever its action; it is given messages of its own schema only. */
interface AnyHandler {
  handle(sender: Sender, message: never): Promise<unknown>;
}

/** What the sender is told of what it can do something about; undefined of any failure of ours. */
function explain(error: unknown): { readonly code: ClientErrorCode; readonly message: string } | undefined {
  if (error instanceof MessageError || error instanceof ChannelError) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof UnknownConnectionError) {
    return { code: 'unknown_connection', message: CLIENT_ERRORS.unknown_connection };
  }
  if (error instanceof TooLargeError) return { code: 'message_too_large', message: error.message };
  if (error instanceof QueueFullError) return { code: 'overloaded', message: CLIENT_ERRORS.overloaded };
  return undefined;
}
