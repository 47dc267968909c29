import { type WebSocket } from 'ws';
import { type IntegrationClient } from '../../integrations/integration-client.js';
import { LIMITS } from '../../limits.js';
import { type GatewayEvent, type Step } from '../../recorder/gateway-event.js';
import { type Recorder } from '../../recorder/recorder.js';
import { connect, hasKey, send } from '../../remote/gateway-client.js';
import { givenHeaders, subProtocols } from '../../story/client-headers.js';
import { stepOf } from '../../story/step-of.js';
import { type ConnectionServer } from '../../websocket/connections/connection-server.js';
import { AdminProblem } from '../admin-problem.js';
import { changedRequest, type SentAgain } from './changed-request.js';
import { replayIntegration } from './replay-integration.js';
import { type ReplayCommand } from './replay-command.js';

/** The parts of the gateway that a replay uses. */
export interface EventReplayParts {
  readonly recorder: Recorder;
  readonly connections: Pick<ConnectionServer, 'get'>;
  readonly integrations: IntegrationClient;
  /** The gateway's own address. */
  readonly url: () => string;
}

/**
 * Sends what an event began with again, unmodified or changed, as its client did; or the request to its integration. The
 * secrets that records mask are sent as they were, and do not leave the gateway.
 */
export class EventReplay {
  #inFlight = 0;
  /** Connections that replays have opened, oldest first: they stay open as those of other clients do. */
  readonly #opened: WebSocket[] = [];

  constructor(private readonly parts: EventReplayParts) {}

  /**
   * @returns the event that the replay led to
   * @throws {AdminProblem} there is no such event, it cannot be replayed, or too many replays are in flight
   */
  async replay(command: ReplayCommand): Promise<GatewayEvent> {
    if (this.#inFlight >= LIMITS.replays) {
      throw new AdminProblem('too_many_replays', `${LIMITS.replays} replays are in flight`);
    }
    const { recorder } = this.parts;
    const event = recorder.original(command.eventId);
    const [masked] = recorder.after(command.eventId - 1);
    if (event === undefined || masked === undefined) {
      throw new AdminProblem('not_found', `there is no event ${command.eventId}: it may have been evicted`);
    }
    this.#inFlight += 1;
    try {
      return command.part === 'integration'
        ? await replayIntegration(event, masked, command.changes ?? {}, this.parts)
        : await this.#replayClient(event, masked, command);
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #replayClient(
    event: GatewayEvent,
    masked: GatewayEvent,
    command: ReplayCommand,
  ): Promise<GatewayEvent> {
    const changes = command.changes ?? {};
    if (changes.url?.startsWith('/') === false) {
      throw new AdminProblem(
        'bad_request',
        `url is '${changes.url}': that of a client's request begins with /`,
      );
    }
    const changed = (name: 'client_request' | 'frame') => {
      const body = name === 'client_request' && { body: bodyOf(event) };
      const maskedBody = name === 'client_request' && { body: bodyOf(masked) };
      return changedRequest(
        { ...stepOf(event, name), ...body },
        { ...stepOf(masked, name), ...maskedBody },
        changes,
      );
    };
    switch (event.type) {
      case 'message': {
        const text = changed('frame').body?.toString() ?? '';
        return command.connection === 'new'
          ? this.#sendOnNewConnection(event, text)
          : this.#sendOnConnection(event.connectionId ?? '', text);
      }
      case 'handshake':
        return (await this.#open(changed('client_request'))).event;
      case 'http_request':
      case 'callback':
        return this.#send(changed('client_request'));
      default:
        throw new AdminProblem(
          'not_replayable',
          `event ${event.id} is of the type ${event.type}: no client sent it`,
        );
    }
  }

  async #sendOnConnection(connectionId: string, text: string): Promise<GatewayEvent> {
    if (Buffer.byteLength(text) > LIMITS.frameBytes) {
      throw new AdminProblem(
        'bad_request',
        `a frame has at most ${LIMITS.frameBytes} bytes: AWS closes the connection for a larger one`,
      );
    }
    const connection = this.parts.connections.get(connectionId);
    if (connection === undefined || connection.isGone) {
      throw new AdminProblem(
        'not_replayable',
        `the connection ${connectionId} is no longer open: send it on a new one, with "connection": "new"`,
      );
    }
    return this.#eventOf(isMessage(connectionId, text), () => connection.receive(text));
  }

  async #sendOnNewConnection(event: GatewayEvent, text: string): Promise<GatewayEvent> {
    const [handshake] = this.parts.recorder.after(0, {
      type: 'handshake',
      connectionId: event.connectionId ?? '',
    });
    const original = handshake && this.parts.recorder.original(handshake.id);
    if (original === undefined) {
      throw new AdminProblem('not_replayable', `the handshake of ${event.connectionId} is not recorded`);
    }
    const { event: opened, socket } = await this.#open(
      changedRequest(stepOf(original, 'client_request') ?? {}, {}, {}),
    );
    if (socket.readyState !== socket.OPEN) return opened;
    return this.#eventOf(isMessage(opened.connectionId ?? '', text), () => socket.send(text));
  }

  async #open({
    url,
    headers,
  }: SentAgain): Promise<{ readonly event: GatewayEvent; readonly socket: WebSocket }> {
    let key: string | undefined;
    let socket: WebSocket | undefined;
    const event = await this.#eventOf(
      (each) => key !== undefined && hasKey(each, key),
      async () => {
        const own = this.#ownUrl.replace(/^http/, 'ws');
        const opened = await connect(`${own}${url}`, givenHeaders(headers), subProtocols(headers), OWN_TLS);
        ({ key, socket } = opened);
        this.#keep(opened.socket);
      },
    );
    return { event, socket: socket! };
  }

  #keep(socket: WebSocket): void {
    this.#opened.push(socket);
    socket.once('close', () => {
      const index = this.#opened.indexOf(socket);
      if (index >= 0) this.#opened.splice(index, 1);
    });
    if (this.#opened.length > LIMITS.replayedConnections)
      this.#opened.shift()?.close(1000, 'too many replays');
  }

  async #send({ url, method, headers, body }: SentAgain): Promise<GatewayEvent> {
    let requestId: string | undefined;
    return this.#eventOf(
      (each) => requestId !== undefined && each.requestId === requestId,
      async () => {
        const target = new URL(`${this.#ownUrl}${url}`);
        requestId = await send({ url: target, method, headers: givenHeaders(headers), body }, OWN_TLS);
      },
    );
  }

  /** A host such as 0.0.0.0 is no address to connect to. */
  get #ownUrl(): string {
    return this.parts.url().replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  }

  /** The first event that is wanted, after `action` has begun. */
  async #eventOf(
    isWanted: (event: GatewayEvent) => boolean,
    action: () => void | Promise<void>,
  ): Promise<GatewayEvent> {
    const { recorder } = this.parts;
    const { lastId } = recorder;
    const found = Promise.withResolvers<GatewayEvent>();
    const look = () => {
      for (const event of recorder.after(lastId)) if (isWanted(event)) found.resolve(event);
    };
    const stopListening = recorder.listen(look);
    const timer = setTimeout(
      () => found.reject(new AdminProblem('not_replayable', `it has not ended within ${LIMITS.replayMs} ms`)),
      LIMITS.replayMs,
    );
    try {
      await Promise.race([found.promise, action()]);
      look();
      return await found.promise;
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }
}

/** The gateway's certificate need not be for the address on which it listens. */
const OWN_TLS = { rejectUnauthorized: false };

const bodyOf = (event: GatewayEvent) =>
  stepOf(event, 'client_request')?.body ?? stepOf(event, 'request_body')?.body;

const isMessage = (connectionId: string, text: string) => (event: GatewayEvent) =>
  event.type === 'message' &&
  event.connectionId === connectionId &&
  event.steps.some(
    (step: Step) => step.step === 'frame' && (step.body.isCut === true || step.body.text === text),
  );
