import { HttpException, Injectable } from '@nestjs/common';
import { CLIENT_ERRORS, type ClientErrorCode } from '../../api/errors.js';
import { type ConnectionId } from '../../api/integration.js';
import { type JsonText } from '../../api/messages.js';
import { QueueFullError, TooLargeError } from '../callback/callback.errors.js';
import { ChannelError } from '../channels/channel.errors.js';
import { UnknownConnectionError } from '../connections/connection.errors.js';
import { ConnectionsService, type OpenConnection } from '../connections/connections.service.js';
import { type Frame, replyFrame, textFrame } from '../connections/frame.js';
import { isRecord } from '../json/keep-data.js';
import { RequestLog } from '../logging/request-log.js';
import { KeyReusedError, StoreUnavailableError } from '../store/store.errors.js';
import { Metrics } from '../metrics/metrics.js';
import { Tracing } from '../tracing/tracing.js';
import { type MessageHandler, MessageHandlers } from './message-handlers.js';
import { type Envelope, MessageError, parseMessage, readEnvelope } from './parse-message.js';

/** The reply to the sender of a message. */
export interface Reply {
  /** Undefined when the handler has returned none. */
  readonly frame: Frame | undefined;
  /** Whether the sender accepts several messages in one frame; unknown after a failure. */
  readonly isBatched?: boolean | undefined;
  /** The cause, when the reply reports a failure of ours. */
  readonly failure?: unknown;
}

/** Passes each message to the handler of its action, and the reply back to its sender. */
@Injectable()
export class Dispatcher {
  constructor(
    private readonly handlers: MessageHandlers,
    private readonly connections: ConnectionsService,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly log: RequestLog,
  ) {}

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
      const { frame, isBatched, failure } = reply;
      if (failure === undefined) {
        if (frame !== undefined)
          await this.connections.deliver(connectionId, frame, { isBatched, purpose: 'placed' });
        return;
      }
      await this.#reportFailure(connectionId, frame);
      throw failure;
    } finally {
      place.release();
    }
  }

  /** As {@link Dispatcher.dispatch}, but the caller delivers the reply. */
  async replyTo(connection: OpenConnection, text: string | undefined): Promise<Reply> {
    const startedAt = performance.now();
    let action = 'unknown';
    const handled = (result: string) =>
      this.metrics.messageHandled(action, result, (performance.now() - startedAt) / 1000);
    const envelope = readEnvelope(text);
    const { id } = envelope;
    try {
      const sender = await this.connections.touch(connection);
      const [name, handler] = this.#handlerOf(envelope, text);
      action = name;
      const { content } = envelope;
      const message =
        content instanceof MessageError ? undefined : await parseMessage(content, handler.schema);
      // only a frame that is not UTF-8 has no text, and it has no handler
      const call = { event: 'message', caller: sender, message, text: text! } as const;
      const reply = await this.tracing.span('handle', { action }, () => handler.invoke(call));
      const frame = frameOf(reply, id, handler.name);
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

  /**
   * @returns with the name for metrics and traces: a client must not be able to create some
   * @throws {MessageError} no handler takes it
   */
  #handlerOf({ content }: Envelope, text: string | undefined): readonly [name: string, MessageHandler] {
    const action = content instanceof MessageError ? undefined : content.value['action'];
    const handler = typeof action === 'string' ? this.handlers.of(action) : undefined;
    if (handler !== undefined) return [action as string, handler];
    const { other } = this.handlers;
    if (other !== undefined && text !== undefined) return ['other', other];
    if (content instanceof MessageError) throw content;
    throw new MessageError(
      'unknown_action',
      `Unknown action. Expected one of ${this.handlers.actions.join(', ')}.`,
    );
  }

  /** Does not throw: after a failure of the store, for example, the post may fail as well. */
  async #reportFailure(connectionId: ConnectionId, report: Frame | undefined): Promise<void> {
    if (report === undefined) return;
    try {
      await this.connections.deliver(connectionId, report, { purpose: 'placed' });
    } catch (error) {
      this.log.warn({ err: error }, 'error reply not posted');
    }
  }
}

/**
 * What a handler has returned, as it is sent.
 *
 * @param name of the handler, for people
 * @throws {TooLargeError} it is larger than API Gateway allows
 */
function frameOf(reply: unknown, id: JsonText | undefined, name: string): Frame | undefined {
  if (reply === undefined) return undefined;
  if (typeof reply === 'string') return textFrame(reply);
  if (isRecord(reply)) return replyFrame(reply, id);
  throw new TypeError(`${name} has returned no reply: expected an object, a string or undefined`);
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
  if (error instanceof HttpException && error.getStatus() < 500) {
    return { code: CODES_BY_STATUS[error.getStatus()] ?? 'bad_message', message: error.message };
  }
  if (error instanceof QueueFullError) return { code: 'overloaded', message: CLIENT_ERRORS.overloaded };
  return undefined;
}

/** What the sender is told when a handler, or a guard or pipe of it, has thrown one of Nest's HTTP exceptions. */
const CODES_BY_STATUS: Readonly<Record<number, ClientErrorCode>> = {
  401: 'not_permitted',
  403: 'not_permitted',
  413: 'message_too_large',
  429: 'overloaded',
};
