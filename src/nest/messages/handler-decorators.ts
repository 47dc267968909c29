import { SetMetadata } from '@nestjs/common';
import { handlerParameter } from '../handlers/handler-parameters.js';
import { type MessageSchema } from './message-schema.js';

/** The messages that a method handles. */
export interface HandledMessages {
  /** Undefined: those of no other handler's action, and frames that are not JSON. */
  readonly action: string | undefined;
  readonly schema: MessageSchema | undefined;
  readonly reply: MessageSchema | undefined;
}

/** The metadata of a method with {@link OnMessage}. */
export const HANDLED_MESSAGES = 'backchannel:messages';

/** @typeParam Reply what the method returns, if it has a schema */
export interface OnMessageOptions<Reply = unknown> {
  /**
   * Checks the message without its `action` and `id`; its output is the message that the handler gets. A message that
   * does not match is answered with `bad_message`. Without a schema, any JSON object is accepted.
   */
  readonly schema?: MessageSchema;
  /**
   * Describes the reply in the AsyncAPI document: its output is the type that the method must return. The reply itself is
   * sent as the method returns it, unchecked.
   */
  readonly reply?: MessageSchema<Reply>;
}

/** Accepts methods that return a reply, none, or a promise of them. */
export type HandlerDecorator<Reply> = <
  Method extends (...parameters: never[]) => Reply | undefined | Promise<Reply | undefined>,
>(
  prototype: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * A method of any provider or controller that handles the messages of an action. What it returns, or the promise that it
 * returns, is the reply to the sender: an object is sent as JSON, with the `id` of the message; a string is sent
 * unmodified; for `undefined`, nothing is sent.
 *
 * @param action without it, the method gets messages of every other action, and frames that are not JSON
 * @throws {Error} at the start, when two methods handle one action
 */
export const OnMessage = <Reply = unknown>(
  action?: string,
  { schema, reply }: OnMessageOptions<Reply> = {},
): HandlerDecorator<Reply> =>
  SetMetadata<string, HandledMessages>(HANDLED_MESSAGES, { action, schema, reply });

/** A parameter of a handler: the message without its `action` and `id`, as its schema returned it. */
export const Message = handlerParameter('@Message', ['message'], ({ message }) => message);

/** A parameter of a handler: the frame as it was sent, a string. */
export const RawMessage = handlerParameter('@RawMessage', ['message'], ({ text }) => text);
