import { type IncomingHttpHeaders } from 'node:http';
import { HttpException, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HEADERS, type UserId } from '../../api/integration.js';
import { type JsonText } from '../../api/messages.js';
import {
  ConnectionsService,
  type ForgottenConnection,
  type NewOpenConnection,
} from '../connections/connections.service.js';
import { type HandlerCall } from '../handlers/handler-call.js';
import { type HandlerMethod, HandlerMethods } from '../handlers/handler-methods.js';
import { RequestLog } from '../logging/request-log.js';
import { Tracing } from '../tracing/tracing.js';
import { HandshakeRefusal } from './handshake-refusal.js';
import { HANDLES_CONNECT, HANDLES_DISCONNECT } from './lifecycle-decorators.js';
import { sessionText } from './session-text.js';

/** Calls the application's methods with `@OnConnect` and `@OnDisconnect`, if it has any. */
@Injectable()
export class LifecycleHandlers implements OnModuleInit, OnApplicationShutdown {
  #onConnect: HandlerMethod | undefined;
  #onDisconnect: HandlerMethod | undefined;
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly methods: HandlerMethods,
    private readonly connections: ConnectionsService,
    private readonly tracing: Tracing,
    private readonly log: RequestLog,
  ) {}

  /** @throws {Error} two methods have the same decorator */
  onModuleInit(): void {
    this.#onConnect = onlyOne(this.methods.find(HANDLES_CONNECT, 'connect'), '@OnConnect');
    this.#onDisconnect = onlyOne(this.methods.find(HANDLES_DISCONNECT, 'disconnect'), '@OnDisconnect');
    if (this.#onConnect !== undefined) this.connections.registerOnlyAtConnect();
    if (this.#onDisconnect !== undefined)
      this.connections.onForgotten((connection) => this.#track(this.#disconnected(connection)), 'record');
  }

  /** Waits for methods that no request waits for. The store and callbacks close after this module. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#running);
  }

  /**
   * Lets the application decide about a handshake.
   *
   * @param userId the authenticated user
   * @returns the session to be stored with the connection, if it keeps one
   * @throws {HandshakeRefusal} the application refuses it
   * @throws any other error of the method, or about what it has returned: a failure of the application
   */
  async connecting(
    { connectionId, isBatched }: NewOpenConnection,
    userId: UserId | undefined,
    headers: IncomingHttpHeaders,
  ): Promise<JsonText | undefined> {
    const handler = this.#onConnect;
    if (handler === undefined) return undefined;
    const { [GATEWAY_SECRET]: _, ...visible } = headers;
    const caller = { connectionId, userId, isBatched, session: undefined };
    try {
      const session = await this.#invoke(handler, { event: 'connect', caller, headers: visible });
      return sessionText(session, handler.name);
    } catch (error) {
      throw error instanceof HttpException ? refusalBy(error, handler.name) : error;
    }
  }

  async #disconnected({ caller, channels, closeCode }: ForgottenConnection): Promise<void> {
    const handler = this.#onDisconnect!;
    try {
      await this.#invoke(handler, { event: 'disconnect', caller, channels, closeCode });
    } catch (error) {
      // the request whose log this is may be that of another connection, which has noticed that this one is gone
      const fields = { endedConnectionId: caller.connectionId, handler: handler.name, err: error };
      this.log.error(fields, 'handler of the end of a connection failed');
    }
  }

  #invoke({ invoke }: HandlerMethod, call: HandlerCall): Promise<unknown> {
    return this.tracing.span('handle', { event: call.event }, () => invoke(call));
  }

  #track(run: Promise<void>): Promise<void> {
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }
}

/** As Node has it in headers. */
const GATEWAY_SECRET = HEADERS.gatewaySecret.toLowerCase();

function onlyOne([first, second]: readonly HandlerMethod[], decorator: string): HandlerMethod | undefined {
  if (first === undefined || second === undefined) return first;
  throw new Error(
    `${first.name} and ${second.name} both have ${decorator}. Expected one method, which calls what else is needed.`,
  );
}

function refusalBy(exception: HttpException, handler: string): Error {
  const status = exception.getStatus();
  if (status >= 400 && status <= 599) return new HandshakeRefusal(exception);
  return new TypeError(
    `${handler} has thrown an HttpException with the status ${status}. Expected 400 to 599 to refuse a handshake.`,
    { cause: exception },
  );
}
