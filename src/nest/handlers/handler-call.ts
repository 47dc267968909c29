import { type IncomingHttpHeaders } from 'node:http';
import { type ExecutionContext } from '@nestjs/common';
import { type ChannelName } from '../../api/messages.js';
import { type Caller } from '../connections/caller.js';

/** What `ExecutionContext.getType()` says in guards, interceptors, pipes and filters of a handler. */
export const CONTEXT_TYPE = 'backchannel';

/**
 * An event of a connection on its way to its handler. Nest's enhancers get it as the second argument, after the message,
 * which is `undefined` for the other events.
 */
export type HandlerCall = ConnectCall | MessageCall | DisconnectCall;

/** A handshake, before it is accepted. */
export interface ConnectCall {
  readonly event: 'connect';
  /** Authenticated, and without a session. */
  readonly caller: Caller;
  /** Those of API Gateway's request, in lower case: the mapped ones, and those of the client. Without the secret. */
  readonly headers: IncomingHttpHeaders;
}

/** A client's message. */
export interface MessageCall {
  readonly event: 'message';
  readonly caller: Caller;
  /** Without its `action` and `id`, as the schema of the handler returned it; undefined for a frame that is not JSON. */
  readonly message: unknown;
  /** The frame as it was sent. */
  readonly text: string;
}

/** A connection that has ended, and is no longer in the store. */
export interface DisconnectCall {
  readonly event: 'disconnect';
  readonly caller: Caller;
  /** The WebSocket close code; undefined if the end was not noticed by a `$disconnect` that has one. */
  readonly closeCode: number | undefined;
  /** The channels of which it was a member until now. */
  readonly channels: readonly ChannelName[];
}

/** The call about which a guard, an interceptor or a parameter decorator is asked. @throws {TypeError} it is none of ours */
export function handlerCall(context: ExecutionContext): HandlerCall {
  if (context.getType<string>() === CONTEXT_TYPE) return context.getArgByIndex<HandlerCall>(1);
  throw new TypeError(`${nameOf(context)} is no handler of a connection's events, and has no call`);
}

/** As {@link handlerCall}, where only messages are handled. @throws {TypeError} it is another event */
export function messageCall(context: ExecutionContext): MessageCall {
  const call = handlerCall(context);
  if (call.event === 'message') return call;
  throw new TypeError(`${nameOf(context)} handles the event ${call.event}, which has no message`);
}

const nameOf = (context: ExecutionContext) => `${context.getClass().name}.${context.getHandler().name}`;
