import { Inject, Injectable } from '@nestjs/common';
import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';
import { type ConnectionId } from '../../api/integration.js';
import { ClientMessageSchema } from '../../api/message-schemas.js';
import { type Action, type ServerMessage } from '../../api/messages.js';
import { QueueFullError, TooLargeError } from '../callback/callback.errors.js';
import { ChannelError } from '../channels/channel.errors.js';
import { UnknownConnectionError } from '../connections/connection.errors.js';
import { ConnectionsService, type OpenConnection, type Sender } from '../connections/connections.service.js';
import { type Frame, replyFrame } from '../connections/frame.js';
import { RequestLog } from '../logging/request-log.js';
import { KeyReusedError, StoreUnavailableError } from '../store/store.errors.js';
import { Metrics } from '../metrics/metrics.js';
import { Tracing } from '../tracing/tracing.js';
import { type ActionSchema, CUSTOM_ACTIONS, type CustomAction } from './custom-action.js';
import { JoinHandler } from './join.handler.js';
import { LeaveHandler } from './leave.handler.js';
import { type MessageHandler } from './message-handler.js';
import { MessageError, parseMessage, readEnvelope } from './parse-message.js';
import { PingHandler } from './ping.handler.js';
import { PresenceHandler } from './presence.handler.js';
import { PublishHandler } from './publish.handler.js';

/** The reply to the sender of a message. */
export interface Reply {
  readonly frame: Frame;
  /** Whether the sender accepts several messages in one frame; unknown after a failure. */
  readonly isBatched?: boolean | undefined;
  /** The cause, when the reply reports a failure of ours. */
  readonly failure?: unknown;
}

/** Passes each message to the handler of its action, and the reply back to its sender. */
@Injectable()
export class Dispatcher {
  /** By action, as are the handlers. */
  readonly #schemas = new Map<string, ActionSchema>();
  readonly #handlers = new Map<string, AnyHandler>();

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
    // an action without a handler does not compile
    const handlers: { readonly [A in Action]: MessageHandler<A> } = { ping, join, leave, publish, presence };
    for (const schema of ClientMessageSchema.options) this.#add(schema, handlers[schema.shape.action.value]);
    for (const customAction of customActions) this.#add(customAction.schema, customAction);
  }

  /**
   * @param text the unmodified content of a frame, which need not be JSON; undefined if it is not UTF-8
   * The message is handled only if there is a place for its reply; otherwise the sender gets `overloaded`.
   *
   * @returns once the reply is posted; a sender that has left in the meantime gets none
   * @throws {QueueFullError} there is no place for an error either; the message was not handled
   * @throws {CallbackError} the reply could not be posted
   * @throws {StoreUnavailableError} after the sender was sent `unavailable`
   * @throws any unexpected error of a handler, after the sender was sent `internal_error`
   */
  async dispatch(connection: OpenConnection, text: string | undefined): Promise<void> {
    const { connectionId } = connection;
    const place = this.connections.takePlace(connectionId);
    try {
      const reply = place.purpose === 'reply' ? await this.replyTo(connection, text) : this.#refusal(text);
      if (reply.failure === undefined) {
        const { frame, isBatched } = reply;
        await this.connections.deliver(connectionId, frame, { isBatched, purpose: 'placed' });
        return;
      }
      await this.#reportFailure(connectionId, reply.frame);
      throw reply.failure;
    } finally {
      place.release();
    }
  }

  /** As {@link Dispatcher.dispatch}, but the caller delivers the reply. */
  async replyTo(connection: OpenConnection, text: string | undefined): Promise<Reply> {
    const startedAt = performance.now();
    // until it is known to be one of ours: a client must not be able to create metrics
    let action = 'unknown';
    const handled = (result: string) =>
      this.metrics.messageHandled(action, result, (performance.now() - startedAt) / 1000);
    const envelope = readEnvelope(text);
    const { id } = envelope;
    try {
      const sender = await this.connections.touch(connection);
      const message = parseMessage(envelope, this.#schemas);
      action = message.action;
      const reply = await this.tracing.span('handle', { action }, () => this.#handle(sender, message));
      const frame = replyFrame(reply, id);
      this.log.debug({ action }, 'handled');
      handled('ok');
      return { frame, isBatched: sender.isBatched };
    } catch (error) {
      const mistake = explain(error);
      if (mistake !== undefined) {
        handled(mistake.code);
        this.log.debug({ code: mistake.code }, 'not handled');
        return { frame: replyFrame({ type: 'error', ...mistake }, id) };
      }
      const code = error instanceof StoreUnavailableError ? 'unavailable' : 'internal_error';
      handled(code);
      return {
        frame: replyFrame({ type: 'error', code, message: CLIENT_ERRORS[code] }, id),
        failure: error,
      };
    }
  }

  /** The reply to a message that is not handled, because its sender has too many without a reply. */
  #refusal(text: string | undefined): Reply {
    const code = 'overloaded';
    this.metrics.messageHandled('unknown', code, 0);
    this.log.debug({ code }, 'not handled');
    return {
      frame: replyFrame({ type: 'error', code, message: CLIENT_ERRORS[code] }, readEnvelope(text).id),
    };
  }

  #add(schema: ActionSchema, handler: AnyHandler): void {
    const action = schema.shape.action.value;
    if (this.#schemas.has(action)) throw new Error(`The action ${action} has two handlers.`);
    this.#schemas.set(action, schema);
    this.#handlers.set(action, handler);
  }

  async #handle(sender: Sender, message: { readonly action: string }): Promise<ServerMessage> {
    // its schema was added with its handler
    const handler = this.#handlers.get(message.action)!;
    return handler.handle(sender, message as never) as Promise<ServerMessage>;
  }

  /** Does not throw: after a failure of the store, for example, the post may fail as well. */
  async #reportFailure(connectionId: ConnectionId, report: Frame): Promise<void> {
    try {
      await this.connections.deliver(connectionId, report, { purpose: 'placed' });
    } catch (error) {
      this.log.warn({ err: error }, 'error reply not posted');
    }
  }
}

/** A handler of any action. It is only called with messages of its own schema. */
interface AnyHandler {
  handle(sender: Sender, message: never): Promise<unknown>;
}

/** The code and text of an error that the sender can do something about; undefined for a failure of ours. */
function explain(error: unknown): { readonly code: ClientErrorCode; readonly message: string } | undefined {
  if (error instanceof MessageError || error instanceof ChannelError) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof UnknownConnectionError) {
    return { code: 'unknown_connection', message: CLIENT_ERRORS.unknown_connection };
  }
  if (error instanceof KeyReusedError) return { code: 'key_reused', message: CLIENT_ERRORS.key_reused };
  if (error instanceof TooLargeError) return { code: 'message_too_large', message: error.message };
  if (error instanceof QueueFullError) return { code: 'overloaded', message: CLIENT_ERRORS.overloaded };
  return undefined;
}
