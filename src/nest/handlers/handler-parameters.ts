import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { type ConnectionId as ApiConnectionId } from '../../api/integration.js';
import { type Caller as ConnectionCaller } from '../connections/caller.js';
import { handlerCall, type HandlerCall } from './handler-call.js';

type Event = HandlerCall['event'];

/** What a parameter decorator of ours reads of a call. */
export interface ParameterReader {
  /** Of the decorator, for people, such as `@Caller`. */
  readonly name: string;
  /** The events that have it. */
  readonly events: readonly Event[];
  /** @param argument the decorator's own, such as the name of a header */
  read(call: HandlerCall, argument: unknown): unknown;
}

/** By the factory that Nest stores with each parameter. */
const READERS = new Map<unknown, ParameterReader>();

/** What a parameter's decorator reads; undefined if the decorator is not one of ours. */
export const readerOf = (factory: unknown): ParameterReader | undefined => READERS.get(factory);

/** A parameter decorator that takes pipes, as those of Nest do. The type of Nest 12 is unknown to Nest 11. */
export type HandlerParameter<Argument = never> = (
  ...argumentAndPipes: readonly (Argument | Type<PipeTransform> | PipeTransform)[]
) => ParameterDecorator;

/** Makes a parameter decorator for the handlers of some events. */
export function handlerParameter<E extends Event, Argument = never>(
  name: string,
  events: readonly E[],
  read: (call: Extract<HandlerCall, { readonly event: E }>, argument: Argument) => unknown,
): HandlerParameter<Argument> {
  // the start checks that it stands in handlers of these events only
  const reader = { name, events, read } as unknown as ParameterReader;
  const factory = (argument: Argument, context: ExecutionContext) =>
    reader.read(handlerCall(context), argument);
  READERS.set(factory, reader);
  return createParamDecorator<Argument>(factory);
}

const EVERY_EVENT: readonly Event[] = ['connect', 'message', 'disconnect'];

export type Caller<Session = unknown> = ConnectionCaller<Session>;

/** A parameter of a handler: the connection with its user and its session, a `Caller`. */
export const Caller = handlerParameter('@Caller', EVERY_EVENT, ({ caller }) => caller);

export type ConnectionId = ApiConnectionId;

/** A parameter of a handler: the id of the connection. */
export const ConnectionId = handlerParameter(
  '@ConnectionId',
  EVERY_EVENT,
  ({ caller }) => caller.connectionId,
);
