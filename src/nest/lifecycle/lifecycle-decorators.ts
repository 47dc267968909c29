import { type PipeTransform, SetMetadata, type Type } from '@nestjs/common';
import { handlerParameter } from '../handlers/handler-parameters.js';

/** The metadata of a method with {@link OnConnect}, and with {@link OnDisconnect}: true. */
export const HANDLES_CONNECT = 'backchannel:connect';
export const HANDLES_DISCONNECT = 'backchannel:disconnect';

/**
 * A method of any provider or controller that decides about each handshake, after its authentication and before the
 * connection is stored. What it returns, or the promise that it returns, is the session: a JSON value of at most 2 KB that
 * is kept with the connection, and that `Caller` has. For `undefined`, nothing is kept.
 *
 * An `HttpException` refuses the handshake with its status, any other error with 500. Messages to the connection
 * are not possible yet, and it cannot join a channel.
 *
 * @throws {Error} at the start, when two methods have it
 */
export const OnConnect = (): MethodDecorator => SetMetadata(HANDLES_CONNECT, true);

/**
 * A method of any provider or controller that is called after a connection has ended and was removed from the store: at
 * most once for each connection, whether `$disconnect`, a callback (410) or the sweep has noticed. It may be left out,
 * for example when a task is killed. Its errors are logged, and what it returns is ignored.
 *
 * @throws {Error} at the start, when two methods have it
 */
export const OnDisconnect = (): MethodDecorator => SetMetadata(HANDLES_DISCONNECT, true);

/**
 * A parameter of a method with `@OnConnect`: a header of API Gateway's request, a string, or undefined without one. It has
 * the headers that the integration maps, and those of the client's handshake, which the client chooses. Several
 * values are joined by `, `.
 *
 * @param name of the header, in any case
 */
export const ConnectHeader: (
  name: string,
  ...pipes: readonly (Type<PipeTransform> | PipeTransform)[]
) => ParameterDecorator = handlerParameter<'connect', string>(
  '@ConnectHeader',
  ['connect'],
  ({ headers }, name) => headers[name.toLowerCase()]?.toString(),
);

/**
 * A parameter of a method with `@OnDisconnect`: the WebSocket close code, a number. Undefined if it is not known: the end
 * was not noticed by a `$disconnect`, or the integration maps no `DisconnectStatusCode`.
 */
export const CloseCode = handlerParameter('@CloseCode', ['disconnect'], ({ closeCode }) => closeCode);

/** A parameter of a method with `@OnDisconnect`: the names of the channels that the connection has left by its end. */
export const LeftChannels = handlerParameter('@LeftChannels', ['disconnect'], ({ channels }) => channels);
