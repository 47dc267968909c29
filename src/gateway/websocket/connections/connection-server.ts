import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { type Clock } from '../../clock.js';
import { type Close, CLOSES } from '../../errors.js';
import { type Faults } from '../../faults.js';
import { newRequestId } from '../../ids.js';
import { LIMITS } from '../../limits.js';
import { type ConnectionFacts, type ContextVariables } from '../../mapping/context-variables.js';
import { type Recorder } from '../../recorder/recorder.js';
import { type Story } from '../../recorder/story.js';
import { NEVER_CONNECTED } from '../../silent/websocket-choices.js';
import { type StageAddress } from '../../stage-address.js';
import { type ServedStage } from '../../control/control-plane.js';
import { type Pipeline } from '../pipeline.js';
import { endRefused, handshakeStep } from '../recorded-steps.js';
import { forbidden, unavailable } from '../steps/handshake-reply.js';
import { type ConnectionIds } from './connection-id.js';
import { GatewayWebSocket } from './gateway-web-socket.js';
import { type Refusal } from '../admission.js';
import { readHandshakeRequest } from '../handshake-request.js';
import { refuseHandshake } from '../refuse-handshake.js';
import { InboundMessages } from './inbound-messages.js';
import { ClientBuffers } from './client-buffers.js';
import { LiveConnection } from './live-connection.js';

/** Accepts WebSocket handshakes, holds the open connections, and passes every event to the pipeline. */
export class ConnectionServer {
  readonly #buffers = new ClientBuffers();
  readonly #live = new Map<string, LiveConnection>();
  /** By connection id: handshakes whose `$connect` is in flight. */
  readonly #handshakes = new Map<string, PendingHandshake>();
  /** By connection id: the connection's deleted stage as it was served last, for its `$disconnect`. */
  readonly #lastStages = new Map<string, ServedStage>();
  /** Handshakes, messages and `$disconnect` calls. */
  readonly #inFlight = new Set<Promise<void>>();
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LIMITS.messageBytes,
    // API Gateway was never seen to accept it
    perMessageDeflate: false,
    // only the response of $connect chooses one
    handleProtocols: (_, request) => this.#protocols.get(request) ?? false,
    WebSocket: GatewayWebSocket,
  });
  #isStopping = false;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly ids: ConnectionIds,
    private readonly clock: Clock,
    private readonly faults: Faults,
    private readonly log: Logger,
    private readonly recorder: Recorder,
  ) {
    this.#webSockets.on('headers', setAcceptedHeaders);
  }

  /** All connections that are open or closing. */
  open(): Iterable<LiveConnection> {
    return this.#live.values();
  }

  get(connectionId: string): LiveConnection | undefined {
    return this.#live.get(connectionId);
  }

  /** Whether its `$connect` is in flight. */
  isConnecting(connectionId: string): boolean {
    return this.#handshakes.has(connectionId);
  }

  /** Handles a valid handshake at a stage: sends the 101 or the refusal after `$connect`. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, address: StageAddress): void {
    this.#track(this.#upgrade(request, socket, head, address));
  }

  /**
   * Closes the connections of a deleted stage with 1001. Their `$disconnect` is still called, because the backend would
   * remember them forever. Handshakes are refused after the response of `$connect`.
   *
   * @param last the stage as it was served last
   */
  closeStage(apiId: string, stage: string, last: ServedStage): void {
    const isOfStage = ({ facts }: { readonly facts: ConnectionFacts }) =>
      facts.apiId === apiId && facts.stage === stage;
    for (const { facts } of [...this.#handshakes.values(), ...this.#live.values()].filter(isOfStage)) {
      this.#lastStages.set(facts.connectionId, last);
      this.#live.get(facts.connectionId)?.close(CLOSES.goingAway);
    }
  }

  /**
   * Closes every connection with 1001 and waits up to `LIMITS.stopMs` for the close frames and the `$disconnect` calls.
   * Clients that connect meanwhile stay connected.
   */
  async closeAll(): Promise<void> {
    const connections = [...this.#live.values()];
    const closed = Promise.all(connections.map((connection) => connection.untilClosed()));
    for (const connection of connections) connection.close(CLOSES.goingAway);
    await Promise.race([closed, setTimeout(LIMITS.stopClosingMs, undefined, { ref: false })]);
    for (const connection of connections) connection.terminate();
    await closed;
    await Promise.race([
      Promise.all(this.#inFlight),
      setTimeout(LIMITS.stopMs - LIMITS.stopClosingMs, undefined, { ref: false }),
    ]);
  }

  /**
   * Graceful shutdown: closes every connection with 1001 and waits up to `LIMITS.stopMs` for the `$disconnect` calls,
   * then refuses the remaining handshakes. Their `$connect` may still be accepted, so it is followed by `$disconnect`.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const deadline = setTimeout(LIMITS.stopMs, undefined, { ref: false });
    const closed = Promise.all([...this.#live.values()].map((connection) => connection.untilClosed()));
    for (const connection of this.#live.values()) connection.close(CLOSES.goingAway);
    await Promise.race([closed, setTimeout(LIMITS.stopClosingMs, undefined, { ref: false })]);
    for (const connection of this.#live.values()) connection.terminate();
    await Promise.race([closed.then(async () => this.#settled()), deadline]);
    const earlier = new Set(this.#inFlight);
    for (const handshake of this.#handshakes.values()) {
      const { facts, called } = handshake;
      this.#refuse(handshake, unavailable(STOPPING));
      if (called) this.#neverConnected(handshake, { ...facts, authorized: called }, STOPPING);
    }
    await Promise.race([
      Promise.all([...this.#inFlight].filter((work) => !earlier.has(work))),
      setTimeout(LIMITS.stopUnknownMs, undefined, { ref: false }),
    ]);
  }

  async #upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    address: StageAddress,
  ): Promise<void> {
    const { apiId, stage, url } = address;
    const requested: ConnectionFacts = {
      apiId,
      stage,
      domainName: request.headers.host ?? '',
      connectionId: this.ids.issue(),
      connectedAt: this.clock.now(),
      sourceIp: plainIp(socket.remoteAddress),
      userAgent: request.headers['user-agent'],
      authorized: {},
      gatewayIp: plainIp(socket.localAddress),
    };
    const story = this.recorder.begin('handshake', requested);
    story?.add(handshakeStep(request));
    const handshake: PendingHandshake = { facts: requested, request, socket, story };
    this.#handshakes.set(requested.connectionId, handshake);
    const admission = await this.pipeline.connect(
      requested,
      readHandshakeRequest(request, url),
      (authorized) => {
        handshake.called = authorized;
      },
      story,
    );
    // `stop` may have refused it in the meantime
    const isPending = this.#handshakes.delete(requested.connectionId);
    if (admission.kind === 'refused') {
      if (isPending) this.#refuse(handshake, admission);
      if (admission.mayHaveAccepted) {
        const facts = { ...requested, authorized: admission.mayHaveAccepted };
        this.#neverConnected(handshake, facts, admission.reason);
      } else this.#lastStages.delete(requested.connectionId);
      return;
    }
    const facts = { ...requested, authorized: admission.authorized };
    const refusal = this.#lateRefusal(facts);
    if (refusal !== undefined) {
      if (isPending) this.#refuse(handshake, refusal);
      this.#neverConnected(handshake, facts, refusal.reason);
      return;
    }
    if (admission.protocol !== undefined) this.#protocols.set(request, admission.protocol);
    let isOpen = false;
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      const headers = webSocket.protocol === '' ? [] : ['Sec-WebSocket-Protocol', webSocket.protocol];
      story?.add({ step: 'client_response', status: 101, headers });
      story?.conclude({ result: 'connected', status: 101 });
      story?.end();
      this.#open(facts, webSocket);
    });
    if (isOpen) return;
    // every other reason of ws was checked before $connect
    const reason = 'the client left while $connect ran';
    story?.conclude({ result: 'never_connected', reason });
    story?.end();
    this.#neverConnected(handshake, facts, reason);
  }

  /** A refusal for a reason that arose while `$connect` ran, although the backend has accepted the client. */
  #lateRefusal({ connectionId, stage }: ConnectionFacts): Refusal | undefined {
    if (this.#isStopping) return unavailable(STOPPING);
    if (!this.#lastStages.has(connectionId)) return undefined;
    return forbidden(newRequestId(), `the stage ${stage} was deleted while $connect ran`);
  }

  #refuse({ facts, request, socket, story }: PendingHandshake, refusal: Refusal): void {
    this.#handshakes.delete(facts.connectionId);
    endRefused(story, refusal);
    refuseHandshake(request, socket, refusal, this.log, { ...names(facts), routeKey: '$connect' });
  }

  #open(facts: ConnectionFacts, socket: GatewayWebSocket): void {
    socket.limitFrames();
    const connection = new LiveConnection(facts, socket, this.clock, this.#buffers);
    this.#live.set(facts.connectionId, connection);
    this.log.info(names(facts), 'connected');
    const messages: InboundMessages = new InboundMessages(socket, (text, bytes) =>
      this.#track(this.#message(connection, text, () => messages.ended(bytes))),
    );
    socket.on('message', (data: Buffer, isBinary) => {
      if (connection.isGone) return;
      connection.touch();
      if (isBinary) connection.close(CLOSES.binary);
      else messages.receive(data);
    });
    // ws closes the connection after this event, with the code for the error
    socket.on('error', (error) => this.log.info({ ...names(facts), reason: error.message }, 'bad frame'));
    socket.on('close', (code, reason) => {
      this.#live.delete(facts.connectionId);
      // before $disconnect, because the client sent them before it closed
      messages.flush();
      this.#disconnected(facts, connection.ended(code, reason.toString('utf8')));
    });
  }

  async #message(connection: LiveConnection, text: string, whenEnded: () => void): Promise<void> {
    const story = this.recorder.begin('message', connection.facts);
    try {
      const frame = await this.pipeline.message(connection.facts, text, story);
      if (frame !== undefined) this.#reply(connection, frame, story);
      story?.end();
    } finally {
      whenEnded();
    }
  }

  #reply(connection: LiveConnection, frame: string, story: Story | undefined): void {
    if (connection.isGone) {
      story?.conclude({ result: 'undelivered', reason: 'the client is gone' });
    } else if (connection.send(frame)) {
      story?.add({ step: 'client_frame', body: story.body(frame) });
    } else {
      story?.conclude({ result: 'undelivered', reason: BUFFER_FULL });
      this.log.info({ ...names(connection.facts), reason: BUFFER_FULL }, 'reply dropped');
    }
  }

  /**
   * Calls `$disconnect`, once, for a handshake that the backend has accepted or may have accepted.
   *
   * @param cause for the log
   */
  #neverConnected(handshake: PendingHandshake, facts: ConnectionFacts, cause: string): void {
    if (handshake.isDisconnected) return;
    handshake.isDisconnected = true;
    this.#disconnected(facts, NEVER_CONNECTED, cause);
  }

  /** @param cause for the log: why a client that the backend may have accepted was never connected */
  #disconnected(facts: ConnectionFacts, close: Close, cause?: string): void {
    const { connectionId } = facts;
    this.log.info(
      { ...names(facts), closeCode: close.code, reason: close.reason, ...(cause && { cause }) },
      'disconnected',
    );
    const lastStage = this.#lastStages.get(connectionId);
    this.#lastStages.delete(connectionId);
    const begin = () => {
      const story = this.recorder.begin('close', facts);
      story?.add({ step: 'close', ...close, ...(cause !== undefined && { cause }) });
      return story;
    };
    const disconnectCalls = this.faults.disconnectCalls(connectionId);
    if (disconnectCalls === 0) {
      const story = begin();
      story?.add({ step: 'fault', fault: 'disconnect: drop' });
      story?.conclude({ result: 'not_called', reason: 'the fault disconnect: drop' });
      story?.end();
    }
    for (let calls = disconnectCalls; calls > 0; calls -= 1) {
      this.#track(this.pipeline.disconnect(facts, close, lastStage, begin()));
    }
  }

  /** @param work its rejection is a bug of the gateway; it is logged and does not stop the gateway */
  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.log.error({ err: error }, 'event failed'))
      .finally(() => this.#inFlight.delete(tracked));
    this.#inFlight.add(tracked);
  }

  async #settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
  }
}

/** A handshake whose `$connect` is in flight. */
interface PendingHandshake {
  readonly facts: ConnectionFacts;
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly story: Story | undefined;
  /** Variables of the connection, once the integration of `$connect` is called. */
  called?: ContextVariables;
  /** `$disconnect` is called although the client was never connected. */
  isDisconnected?: boolean;
}

const BUFFER_FULL = 'the client does not read, and its buffer is full';

const STOPPING = 'the gateway is stopping';

const names = ({ connectionId, apiId, stage }: ConnectionFacts) => ({ connectionId, apiId, stage });

/** C7: AWS's 101 has a `Date`, and `Connection: upgrade`. `lines` begins with the status line. */
function setAcceptedHeaders(lines: string[]): void {
  const connection = lines.indexOf('Connection: Upgrade');
  lines.splice(connection, 1, 'Connection: upgrade', `Date: ${new Date().toUTCString()}`);
}

/** Removes the IPv6 prefix that a dual-stack socket adds to an IPv4 address. */
const plainIp = (address: string | undefined) => (address ?? '').replace(/^::ffff:/, '');
