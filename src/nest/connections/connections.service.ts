import { Injectable } from '@nestjs/common';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName, type JsonText } from '../../api/messages.js';
import { QUOTAS } from '../../api/quotas.js';
import { GoneError } from '../callback/callback.errors.js';
import { CallbackService, type PostOptions } from '../callback/callback.service.js';
import { type DeliveryObserver } from '../callback/post-to-many.js';
import { type DeliveryReport } from '../callback/delivery-report.js';
import { type Recipient } from '../callback/recipient.js';
import { Config } from '../config/config.js';
import { RequestLog } from '../logging/request-log.js';
import { Metrics } from '../metrics/metrics.js';
import { ConnectionStore } from '../store/connection-store.js';
import { StoreClock } from '../store/store-clock.js';
import { Tracing } from '../tracing/tracing.js';
import { type Caller, callerOf, type KnownConnection } from './caller.js';
import { type ConnectionInfo } from './connections.js';
import { UnknownConnectionError } from './connection.errors.js';
import { type Frame, MEMBERSHIPS_LOST } from './frame.js';

/** A connection as each request of API Gateway describes it. */
export interface OpenConnection {
  readonly connectionId: ConnectionId;
  /** When it was opened, in milliseconds since 1970; undefined if `context.connectedAt` is not mapped. */
  readonly connectedAt: number | undefined;
}

/** A connection as the request to `/connect` describes it. */
export interface NewOpenConnection extends OpenConnection {
  /** Whether the client accepts several messages in one frame. */
  readonly isBatched?: boolean | undefined;
}

/** What the store keeps of a new connection beside what the request describes. */
export interface ConnectionOwner {
  readonly userId?: UserId | undefined;
  readonly session?: JsonText | undefined;
}

/** A connection that was forgotten. */
export interface ForgottenConnection {
  /** With its user and session only if {@link ConnectionsService.onForgotten} was asked for them. */
  readonly caller: Caller;
  /** Of which it was a member. */
  readonly channels: readonly ChannelName[];
  /** As `$disconnect` says it; undefined if the end was noticed in another way. */
  readonly closeCode: number | undefined;
}

/** Must not throw or reject. */
export type ForgottenListener = (connection: ForgottenConnection) => void | Promise<void>;

/** What a listener needs to know of the caller, which is a read before each removal. */
export type NeededOfCaller = 'record' | 'user';

/** The connections that API Gateway holds for us: registers and forgets them, and delivers to them. */
@Injectable()
export class ConnectionsService {
  readonly #listeners: ForgottenListener[] = [];
  #readsBeforeRemoval = false;
  #registersLost = true;

  constructor(
    private readonly connectionStore: ConnectionStore,
    private readonly clock: StoreClock,
    private readonly callback: CallbackService,
    private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly log: RequestLog,
  ) {}

  /** Stores a new connection. Posts to it get 410 until the response to `$connect` is sent. */
  async register(
    { connectionId, connectedAt, isBatched }: NewOpenConnection,
    { userId, session }: ConnectionOwner = {},
  ): Promise<void> {
    const now = this.clock.now();
    // the connection is open now, so that a time in the future or too long ago is wrong
    const isPlausible =
      connectedAt !== undefined && connectedAt <= now && connectedAt > now - QUOTAS.connectionMs;
    const openedAt = isPlausible ? connectedAt : now;
    await this.connectionStore.putConnection({
      connectionId,
      userId,
      isBatched,
      session,
      connectedAt: openedAt,
      expiresAt: openedAt + QUOTAS.connectionMs + EXPIRY_MARGIN_MS,
    });
  }

  /**
   * Records activity of a connection. If the store has lost it or its memberships, the client is notified that it is a
   * member of no channel, and the connection is registered again, because API Gateway still has it. Where connections are
   * authenticated and the user is lost as well, that is impossible: only `$connect` says who the user is. Where the
   * application decides about connections, it is impossible as well: see {@link ConnectionsService.registerOnlyAtConnect}.
   *
   * @returns the caller according to the store alone
   * @throws {UnknownConnectionError} the connection is not known and cannot be registered again, or the client has left
   * @throws {CallbackError} the client could not be notified; its next message does that
   */
  async touch(connection: OpenConnection): Promise<Caller> {
    const { connectionId } = connection;
    const known = await this.connectionStore.touchConnection(connectionId);
    // without a user id, it was accepted before authentication was switched on
    const isLost = this.config.authentication.kind !== 'none' && known?.userId === undefined;
    if (isLost || (known === undefined && !this.#registersLost))
      throw new UnknownConnectionError(connectionId);
    if (known && !known.hasLostMemberships) return callerOf(known);
    // before it is registered: if this fails, the next message finds it in the same state
    // a reply by callback has a place, which is this one's as well
    const purpose = this.config.replies === 'callback' ? 'placed' : 'reply';
    if ((await this.deliver(connectionId, MEMBERSHIPS_LOST, { purpose })) === 'gone')
      throw new UnknownConnectionError(connectionId);
    const { connectedAt } = known ?? connection;
    await this.register({ connectionId, connectedAt, isBatched: known?.isBatched }, known);
    this.log.warn({ isKnown: known !== undefined }, 'connection has lost its memberships');
    return known === undefined ? { connectionId, session: undefined } : callerOf(known);
  }

  /**
   * From now on, a connection that the store has lost is unknown, and its client has to reconnect: the application decides
   * at `$connect` which connections it accepts, and what it keeps with them.
   */
  registerOnlyAtConnect(): void {
    this.#registersLost = false;
  }

  /** @returns undefined if the store does not have the connection */
  async get<Session = unknown>(connectionId: ConnectionId): Promise<KnownConnection<Session> | undefined> {
    const known = await this.connectionStore.getConnection(connectionId);
    if (known === undefined) return undefined;
    const { connectedAt, lastActiveAt, expiresAt } = known;
    return { ...(callerOf(known) as Caller<Session>), connectedAt, lastActiveAt, expiresAt };
  }

  /** Calls `listener` whenever a connection was forgotten: once for each, in the task that has removed it. */
  onForgotten(listener: ForgottenListener, needed: NeededOfCaller): void {
    this.#listeners.push(listener);
    if (needed === 'record' || this.config.authentication.kind !== 'none') this.#readsBeforeRemoval = true;
  }

  /** Removes a connection from the store and from every channel. Does not wait for listeners. */
  async forget(connectionId: ConnectionId): Promise<void> {
    await this.#remove(connectionId, undefined);
  }

  /** As {@link ConnectionsService.forget}, at `$disconnect`: waits for the listeners. */
  async ended(connectionId: ConnectionId, closeCode: number | undefined): Promise<void> {
    await Promise.all((await this.#remove(connectionId, closeCode)).started);
  }

  /**
   * Posts to a connection, and forgets it if it is gone (410).
   *
   * @throws {CallbackError} the frame was not delivered, or that is not known
   */
  async deliver(
    connectionId: ConnectionId,
    frame: Frame,
    options: PostOptions = {},
  ): Promise<'delivered' | 'gone'> {
    return this.#traced(() =>
      this.#forgetWhenGone(connectionId, () => this.callback.post(connectionId, frame, options)),
    );
  }

  /** Takes a place for the reply to a client's message: see {@link CallbackService.takePlace}. */
  takePlace(connectionId: ConnectionId): ReturnType<CallbackService['takePlace']> {
    return this.callback.takePlace(connectionId);
  }

  /**
   * Runs `work` while all other messages for this connection wait.
   *
   * @param work receives a `deliver` that does not queue, but is otherwise {@link ConnectionsService.deliver}
   * @throws the errors of {@link CallbackService.inTurn}
   */
  async inTurn<T>(
    connectionId: ConnectionId,
    work: (deliver: (frame: Frame) => Promise<'delivered' | 'gone'>) => Promise<T>,
  ): Promise<T> {
    return this.callback.inTurn(connectionId, (post) =>
      work((frame) => this.#traced(() => this.#forgetWhenGone(connectionId, () => post(frame)))),
    );
  }

  /**
   * Posts to many connections, and forgets those that are gone (410).
   *
   * @param observer its `gone` is called when the connection was forgotten
   * @throws {QueueFullError} too many messages are queued; no connection got this one
   */
  async deliverToMany(
    recipients: AsyncIterable<readonly Recipient[]>,
    frame: Frame,
    { gone, ended }: DeliveryObserver = {},
  ): Promise<DeliveryReport> {
    return this.tracing.span('post to many', {}, async (span) => {
      const report = await this.callback.postToMany(recipients, frame, {
        gone: async (connectionId) => {
          await this.forget(connectionId);
          await gone?.(connectionId);
        },
        ...(ended && { ended }),
      });
      const { firstFailure: _, ...counts } = report;
      span.add(counts);
      return report;
    });
  }

  /**
   * Closes a connection, and forgets it if it was gone already (410). A closed one is forgotten at its `$disconnect`.
   *
   * @throws {CallbackError} the connection was not closed, or that is not known
   */
  async disconnect(connectionId: ConnectionId): Promise<'disconnected' | 'gone'> {
    const outcome = await this.#forgetWhenGone(connectionId, () => this.callback.disconnect(connectionId));
    return outcome === 'gone' ? 'gone' : 'disconnected';
  }

  /**
   * Checks with one GetConnection request whether a connection is open. Does not forget it.
   *
   * @throws {CallbackError} that is not known
   */
  async isOpen(connectionId: ConnectionId): Promise<boolean> {
    try {
      await this.callback.inspect(connectionId, { once: true });
      return true;
    } catch (error) {
      if (error instanceof GoneError) return false;
      throw error;
    }
  }

  /**
   * Reads a connection with one GetConnection request, and its user and session from the store. Forgets it if it is gone.
   *
   * @throws {CallbackError} API Gateway could not be asked
   */
  async inspect(connectionId: ConnectionId): Promise<ConnectionInfo | undefined> {
    try {
      const { connectedAt, lastActiveAt } = await this.callback.inspect(connectionId);
      const known = await this.connectionStore.getConnection(connectionId);
      const { userId, session } = callerOf(known ?? { connectionId });
      return { connectionId, userId, session, connectedAt, lastActiveAt };
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
      await this.forget(connectionId);
      return undefined;
    }
  }

  /** @returns in an object, because an async function would await promises */
  async #remove(
    connectionId: ConnectionId,
    closeCode: number | undefined,
  ): Promise<{ readonly started: readonly Promise<void>[] }> {
    // can only be read before the removal
    const known = this.#readsBeforeRemoval
      ? await this.connectionStore.getConnection(connectionId)
      : undefined;
    const channels = await this.connectionStore.removeConnection(connectionId);
    if (channels === undefined) return { started: [] };
    this.metrics.connectionClosed();
    const caller = known === undefined ? { connectionId, session: undefined } : callerOf(known);
    return { started: this.#listeners.map(async (listener) => listener({ caller, channels, closeCode })) };
  }

  #traced(deliver: () => Promise<'delivered' | 'gone'>): Promise<'delivered' | 'gone'> {
    return this.tracing.span('post', {}, async (span) => {
      const outcome = await deliver();
      span.add({ outcome });
      return outcome;
    });
  }

  async #forgetWhenGone(
    connectionId: ConnectionId,
    post: () => Promise<void>,
  ): Promise<'delivered' | 'gone'> {
    try {
      await post();
      return 'delivered';
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
      await this.forget(connectionId);
      this.log.debug({ recipient: connectionId }, 'gone');
      return 'gone';
    }
  }
}

/** For clock differences, and for the last message in flight. */
const EXPIRY_MARGIN_MS = 5 * 60_000;
