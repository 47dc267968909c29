import { type ExecutionContext } from '@nestjs/common';
import { type Sender } from '../connections/connections.service.js';

/** What `ExecutionContext.getType()` says in guards, interceptors, pipes and filters of a message's handler. */
export const CONTEXT_TYPE = 'backchannel';

/** A client's message on its way to its handler. Nest's enhancers get it as the second argument, after the message. */
export interface MessageCall {
  readonly caller: Sender;
  /** Without its `action` and `id`, as the schema of the handler returned it; undefined for a frame that is not JSON. */
  readonly message: unknown;
  /** The frame as it was sent. */
  readonly text: string;
}

/** The call of a message that a guard, an interceptor or a parameter decorator is asked about. */
export function messageCall(context: ExecutionContext): MessageCall {
  if (context.getType<string>() === CONTEXT_TYPE) return context.getArgByIndex<MessageCall>(1);
  throw new TypeError(
    `${context.getClass().name}.${context.getHandler().name} has a parameter of a message, and is no handler of messages`,
  );
}
