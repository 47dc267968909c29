import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { type Clock } from '../../clock.js';
import { type Close, CLOSE_REASONS, CLOSES } from '../../errors.js';
import { type Faults } from '../../faults.js';
import { newRequestId } from '../../ids.js';
import { LIMITS } from '../../limits.js';
import { type ConnectionFacts } from '../../mapping/context-variables.js';
import { type StageAddress } from '../../front/api-address.js';
import { type ServedStage } from '../../control/control-plane.js';
import { type Pipeline } from '../pipeline.js';
import { forbidden, type Refusal, unavailable } from '../steps/reply.js';
import { type ConnectionIds } from './connection-id.js';
import { GatewayWebSocket } from './gateway-web-socket.js';
import { readHandshake, refuse } from '../handshake.js';
import { LiveConnection } from './live-connection.js';

/** Takes WebSocket handshakes, keeps the open connections, and hands every event to the pipeline. */
export class ConnectionServer {
  readonly #live = new Map<string, LiveConnection>();
  /** By connection id: clients that wait for `$connect`. */
  readonly #handshakes = new Map<string, PendingHandshake>();
  /** By connection id: what the connection's stage has served until it was deleted, for its `$disconnect`. */
  readonly #lastStages = new Map<string, ServedStage>();
  /** Handshakes that wait for `$connect`, messages that wait for their integration, and `$disconnect` calls. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LIMITS.messageBytes,
    // never seen to be accepted by API Gateway
    perMessageDeflate: false,
    // only $connect's answer chooses one
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
  ) {}

  /** Every open connection, and those on their way to be closed. */
  open(): Iterable<LiveConnection> {
    return this.#live.values();
  }

  get(connectionId: string): LiveConnection | undefined {
    return this.#live.get(connectionId);
  }

  /** A client asks for a WebSocket at a stage. The 101, or the refusal, follows when `$connect` has answered. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, address: StageAddress): void {
    this.#track(this.#upgrade(request, socket, head, address));
  }

  /**
   * Closes the connections of a stage that was deleted with 1001. Their `$disconnect` goes where the stage led: the
   * backend would remember them for ever. Handshakes that wait for `$connect` are refused once it has responded.
   *
   * @param last what the stage has served until then
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
   * Closes every connection with 1001 and waits, for a limited time, until every `$disconnect` has its response. Who
   * still waits for `$connect` then is refused.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const deadline = setTimeout(LIMITS.stopMs, undefined, { ref: false });
    const closed = Promise.all([...this.#live.values()].map((connection) => connection.untilClosed()));
    for (const connection of this.#live.values()) connection.close(CLOSES.goingAway);
    await Promise.race([closed, setTimeout(LIMITS.stopClosingMs, undefined, { ref: false })]);
    for (const connection of this.#live.values()) connection.terminate();
    await Promise.race([closed.then(async () => this.#settled()), deadline]);
    for (const handshake of this.#handshakes.values()) this.#refuse(handshake, unavailable(STOPPING));
  }

  async #upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    address: StageAddress,
  ): Promise<void> {
    const { apiId, stage, url } = address;
    const asking: ConnectionFacts = {
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
    const handshake: PendingHandshake = { facts: asking, request, socket };
    this.#handshakes.set(asking.connectionId, handshake);
    const admission = await this.pipeline.connect(asking, readHandshake(request, url));
    // it may have been refused meanwhile, as the gateway stops
    const isWaiting = this.#handshakes.delete(asking.connectionId);
    if (admission.kind === 'refused') {
      if (isWaiting) this.#refuse(handshake, admission);
      if (admission.accepted) {
        this.#disconnected({ ...asking, authorized: admission.accepted }, ABNORMAL, admission.reason);
      } else this.#lastStages.delete(asking.connectionId);
      return;
    }
    const facts = { ...asking, authorized: admission.authorized };
    const refusal = this.#lateRefusal(facts);
    if (refusal !== undefined) {
      if (isWaiting) this.#refuse(handshake, refusal);
      this.#disconnected(facts, ABNORMAL, refusal.reason);
      return;
    }
    if (admission.protocol !== undefined) this.#protocols.set(request, admission.protocol);
    let isOpen = false;
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      this.#open(facts, webSocket);
    });
    // everything else for which ws refuses was checked before $connect
    if (!isOpen) this.#disconnected(facts, ABNORMAL, 'the client left while $connect ran');
  }

  /** What has come up while `$connect` ran; the backend has accepted the client already. */
  #lateRefusal({ connectionId, stage }: ConnectionFacts): Refusal | undefined {
    if (this.#isStopping) return unavailable(STOPPING);
    if (!this.#lastStages.has(connectionId)) return undefined;
    return forbidden(newRequestId(), `the stage ${stage} was deleted while $connect ran`);
  }

  #refuse({ facts, request, socket }: PendingHandshake, refusal: Refusal): void {
    this.#handshakes.delete(facts.connectionId);
    refuse(request, socket, refusal, this.log, { ...names(facts), routeKey: '$connect' });
  }

  #open(facts: ConnectionFacts, socket: GatewayWebSocket): void {
    socket.limitFrames();
    const connection = new LiveConnection(facts, socket, this.clock);
    this.#live.set(facts.connectionId, connection);
    this.log.info(names(facts), 'connected');
    socket.on('message', (data: Buffer, isBinary) => {
      // what still comes after the gateway has closed is not served any more
      if (connection.isGone) return;
      if (isBinary) connection.close(CLOSES.binary);
      else this.#track(this.#message(connection, data.toString('utf8')));
    });
    // what is wrong with the client's frames; ws closes the connection itself, with the code that fits
    socket.on('error', (error) => this.log.info({ ...names(facts), reason: error.message }, 'bad frame'));
    socket.on('close', (code, reason) => {
      this.#live.delete(facts.connectionId);
      this.#disconnected(facts, connection.ended(code, reason.toString('utf8')));
    });
  }

  async #message(connection: LiveConnection, text: string): Promise<void> {
    connection.touch();
    const frame = await this.pipeline.message(connection.facts, text);
    if (frame !== undefined && !connection.isGone) connection.send(frame);
  }

  /** @param cause for the log: why a client that the backend has accepted was never connected */
  #disconnected(facts: ConnectionFacts, close: Close, cause?: string): void {
    const { connectionId } = facts;
    this.log.info(
      { ...names(facts), closeCode: close.code, reason: close.reason, ...(cause && { cause }) },
      'disconnected',
    );
    const lastStage = this.#lastStages.get(connectionId);
    this.#lastStages.delete(connectionId);
    for (let calls = this.faults.disconnectCalls; calls > 0; calls -= 1) {
      this.#track(this.pipeline.disconnect(facts, close, lastStage));
    }
  }

  /** @param work whatever it throws is a fault of ours; it must not end the gateway */
  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.log.error({ err: error }, 'event failed'))
      .finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }
}

/** A client that waits for `$connect`. */
interface PendingHandshake {
  readonly facts: ConnectionFacts;
  readonly request: IncomingMessage;
  readonly socket: Socket;
}

const ABNORMAL: Close = { code: 1006, reason: CLOSE_REASONS[1006] ?? '' };
const STOPPING = 'the gateway stops';

const names = ({ connectionId, apiId, stage }: ConnectionFacts) => ({ connectionId, apiId, stage });

/** An IPv4 address that came in over a dual-stack socket, as IPv4. */
const plainIp = (address: string | undefined) => (address ?? '').replace(/^::ffff:/, '');
