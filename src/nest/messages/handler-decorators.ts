import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type ConnectionId as ApiConnectionId } from '../../api/integration.js';
import { type Sender } from '../connections/connections.service.js';
import { messageCall, type MessageCall } from './message-call.js';
import { type MessageSchema } from './message-schema.js';

/** The messages that a method handles. */
export interface HandledMessages {
  /** Undefined: those of no other handler's action, and frames that are not JSON. */
  readonly action: string | undefined;
  readonly schema: MessageSchema | undefined;
}

/** The metadata of a method with {@link OnMessage}. */
export const HANDLED_MESSAGES = 'backchannel:messages';

export interface OnMessageOptions {
  /**
   * Checks the message without its `action` and `id`; its output is the message that the handler gets. A message that
   * does not match is answered with `bad_message`. Without a schema, any JSON object is accepted.
   */
  readonly schema?: MessageSchema;
}

/**
 * A method of any provider or controller that handles the messages of an action. What it returns, or the promise that it
 * returns, is the reply to the sender: an object is sent as JSON, with the `id` of the message; a string is sent
 * unmodified; for `undefined`, nothing is sent.
 *
 * @param action without it, the method gets messages of every other action, and frames that are not JSON
 * @throws {Error} at the start, when two methods handle one action
 */
export const OnMessage = (action?: string, { schema }: OnMessageOptions = {}): MethodDecorator =>
  SetMetadata<string, HandledMessages>(HANDLED_MESSAGES, { action, schema });

/** What each parameter decorator of ours reads, by the factory that Nest stores with the parameter. */
const READERS = new Map<unknown, (call: MessageCall) => unknown>();

/** What a parameter's decorator reads of a call; undefined if the decorator is not one of ours. */
export const readerOf = (factory: unknown) => READERS.get(factory);

function parameter(read: (call: MessageCall) => unknown) {
  const factory = (_: unknown, context: ExecutionContext) => read(messageCall(context));
  READERS.set(factory, read);
  return createParamDecorator(factory);
}

/** A parameter of a handler: the message without its `action` and `id`, as its schema returned it. */
export const Message = parameter(({ message }) => message);

/** A parameter of a handler: the frame as it was sent, a string. */
export const RawMessage = parameter(({ text }) => text);

/** Who has sent a message. */
export type Caller = Sender;

/** A parameter of a handler: who has sent the message. */
export const Caller = parameter(({ caller }) => caller);

export type ConnectionId = ApiConnectionId;

/** A parameter of a handler: the connection on which the message was sent. */
export const ConnectionId = parameter(({ caller }) => caller.connectionId);
