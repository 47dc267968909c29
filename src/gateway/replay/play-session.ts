import { type WebSocket } from 'ws';
import { type FaultSettings } from '../faults.js';
import { type EventType, type GatewayEvent } from '../recorder/gateway-event.js';
import { readEvents } from '../remote/event-source.js';
import { close, connect, hasKey, send } from '../remote/gateway-client.js';
import { type RemoteGateway } from '../remote/remote-gateway.js';
import { type ClientAction } from '../session/client-actions.js';
import { subProtocols } from '../story/client-headers.js';
import { UsageError } from '../usage-error.js';
import { revealed, type Secrets } from './secrets.js';
import { RunEvents } from './run-events.js';
import { type Translation } from './translation.js';

export interface PlayOptions {
  readonly gateway: RemoteGateway;
  readonly actions: readonly ClientAction[];
  /** All events of the session: an action waits for those that had ended before it. */
  readonly recorded: readonly GatewayEvent[];
  /** Knows the ids of the APIs; learns those of the connections. */
  readonly translation: Translation;
  readonly secrets: Secrets;
  /** How long an action waits for what had happened before it, in real time. */
  readonly timeoutMs: number;
}

/** What a session led to when it was played again. */
export interface Run {
  readonly events: RunEvents;
  /** Ids of the session's `http_request` events → request ids of the run. */
  readonly requests: ReadonlyMap<number, string>;
}

/**
 * Plays the actions again, in their order and without their pauses. An action waits for the events that had ended before it
 * in the session; actions that overlapped there overlap again.
 *
 * @throws {UsageError} the gateway cannot be reached, or refuses a command
 */
export async function playSession(options: PlayOptions): Promise<Run> {
  const { gateway, actions } = options;
  const { after } = await gateway.command<{ readonly after: number }>('GET', 'events?after=latest&limit=1');
  const faults = actions.some(({ kind }) => kind === 'faults')
    ? await gateway.command<FaultSettings>('GET', 'faults')
    : undefined;
  const events = new RunEvents();
  const reading = new AbortController();
  const { url, adminToken } = gateway;
  const read = (async () => {
    const source = readEvents({ url, adminToken, filter: {}, after, signal: reading.signal });
    for await (const event of source) events.add(event);
  })();
  const lost = read.then(() => {
    throw new UsageError(`${url} stopped while the session was played`);
  });
  // it rejects at the end, too, when nothing waits for it
  lost.catch(() => undefined);
  const player = new Player(options, events);
  try {
    await Promise.race([player.play(), lost]);
  } finally {
    await player.end();
    if (faults !== undefined) await gateway.command('PUT', 'faults', faults);
    reading.abort();
  }
  await read;
  return { events, requests: player.requests };
}

class Player {
  readonly requests = new Map<number, string>();
  /** By the session's connection ids. */
  readonly #sockets = new Map<string, WebSocket>();
  /** Requests in flight, by the ids of their events in the session. */
  readonly #inFlight = new Map<number, Promise<void>>();
  readonly #barrier: Barrier;

  constructor(
    private readonly options: PlayOptions,
    private readonly events: RunEvents,
  ) {
    this.#barrier = new Barrier(options, events);
  }

  async play(): Promise<void> {
    for (const action of this.options.actions) {
      await this.#reach(action.event.startedMs);
      await this.#perform(action);
    }
    await this.#reach(Infinity);
  }

  /** Closes what is still open, and waits until the gateway has recorded it. */
  async end(): Promise<void> {
    const open = [...this.#sockets].filter(([, socket]) => socket.readyState === socket.OPEN);
    const { translation, timeoutMs } = this.options;
    for (const [, socket] of open) socket.close();
    const ids = open.flatMap(([recorded]) => translation.get(recorded) ?? []);
    await this.events.until(() => ids.every((id) => this.events.of(id, 'close').length > 0), timeoutMs);
    for (const [, socket] of open) socket.terminate();
  }

  async #reach(startedMs: number): Promise<void> {
    const earlier = await this.#barrier.pass(startedMs);
    await Promise.all(earlier.map(async (id) => this.#inFlight.get(id)));
  }

  async #perform(action: ClientAction): Promise<void> {
    const { gateway, translation, secrets } = this.options;
    switch (action.kind) {
      case 'connect':
        return this.#connect(action);
      case 'frame':
        this.#sockets.get(action.connectionId)?.send(translation.text(action.body.text));
        return;
      case 'close': {
        const socket = this.#sockets.get(action.connectionId);
        if (socket !== undefined) close(socket, action.code, action.reason);
        return;
      }
      case 'request': {
        const { event, method, body } = action;
        const { path, headers } = translation.request(revealed(action, secrets), event);
        const text =
          body && (body.isBase64 === true ? Buffer.from(body.text, 'base64') : translation.text(body.text));
        const sent = send({
          url: new URL(`${gateway.url.replace(/\/$/, '')}${path}`),
          method,
          headers,
          body: text === undefined ? undefined : Buffer.from(text),
        });
        this.#inFlight.set(
          event.id,
          sent.then(async (requestId) => this.#recordRequest(event.id, requestId)),
        );
        return;
      }
      case 'clock':
        await gateway.command('POST', 'clock', { advanceMs: action.advancedMs });
        return;
      case 'faults': {
        const { connectionId, ...faults } = action.faults;
        const of = connectionId === undefined ? {} : { connectionId: translation.text(connectionId) };
        await gateway.command('PUT', 'faults', { ...faults, ...of });
        return;
      }
      default:
        action satisfies never;
    }
  }

  /** The response may arrive before its record. */
  async #recordRequest(recordedId: number, requestId: string | undefined): Promise<void> {
    if (requestId === undefined) return;
    this.requests.set(recordedId, requestId);
    await this.events.until(
      () => this.events.find((event) => event.requestId === requestId) !== undefined,
      this.options.timeoutMs,
    );
  }

  async #connect(action: Extract<ClientAction, { readonly kind: 'connect' }>): Promise<void> {
    const { gateway, translation, secrets, timeoutMs } = this.options;
    const given = revealed(action, secrets);
    const { path, headers } = translation.request(given, action.event);
    const url = `${gateway.url.replace(/^http/, 'ws').replace(/\/$/, '')}${path}`;
    const { key, socket } = await connect(url, headers, subProtocols(given.headers));
    const find = () => this.events.find((event) => hasKey(event, key));
    await this.events.until(() => find() !== undefined, timeoutMs);
    const connectionId = find()?.connectionId;
    if (connectionId !== undefined) translation.add(action.connectionId, connectionId);
    if (socket.readyState === socket.OPEN) this.#sockets.set(action.connectionId, socket);
  }
}

/** Waits until what had ended before an action in the session has ended in the run, too. */
class Barrier {
  /** In the order in which they ended. */
  readonly #recorded: readonly GatewayEvent[];
  #position = 0;
  /** How many events of a connection have to have ended. */
  readonly #required = new Map<string, Required>();

  constructor(
    private readonly options: PlayOptions,
    private readonly events: RunEvents,
  ) {
    this.#recorded = options.recorded
      .filter(({ type, connectionId }) => type === 'http_request' || connectionId !== undefined)
      .toSorted((a, b) => endOf(a) - endOf(b));
  }

  /** @returns the requests to HTTP APIs that had ended before */
  async pass(startedMs: number): Promise<readonly number[]> {
    const requests: number[] = [];
    const changed = new Set<Required>();
    for (let next = this.#recorded[this.#position]; next && endOf(next) <= startedMs;) {
      if (next.type === 'http_request') requests.push(next.id);
      else changed.add(this.#require(next));
      this.#position += 1;
      next = this.#recorded[this.#position];
    }
    const waiting = [...changed].filter((each) => !each.isGivenUp);
    const isReached = await this.events.until(
      () => waiting.every((each) => this.#countOf(each) >= each.count),
      this.options.timeoutMs,
    );
    // an event that has not come in time is not waited for again
    if (!isReached) for (const each of waiting) each.isGivenUp = this.#countOf(each) < each.count;
    return requests;
  }

  #require({ type, connectionId = '' }: GatewayEvent): Required {
    const key = `${connectionId} ${type}`;
    const required = this.#required.get(key) ?? { connectionId, type, count: 0, isGivenUp: false };
    required.count += 1;
    this.#required.set(key, required);
    return required;
  }

  /** Of a connection that is not played, nothing is required. */
  #countOf({ connectionId, type }: Required): number {
    const replayed = this.options.translation.get(connectionId);
    return replayed === undefined ? Infinity : this.events.of(replayed, type).length;
  }
}

interface Required {
  /** Of the session. */
  readonly connectionId: string;
  readonly type: EventType;
  count: number;
  isGivenUp: boolean;
}

const endOf = ({ startedMs, durationMs }: GatewayEvent) => startedMs + durationMs;
