import { Inject, Injectable } from '@nestjs/common';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { GoneError } from '../callback/callback.errors.js';
import { CallbackService, type Recipient } from '../callback/callback.service.js';
import { type FanOutReport } from '../callback/fan-out.js';
import { Config } from '../../service/configuration/config.js';
import { RequestLog } from '../logging/request-log.js';
import { Metrics } from '../metrics/metrics.js';
import { Store } from '../store/store.js';
import { Tracing } from '../tracing/tracing.js';
import { UnknownConnectionError } from './connection.errors.js';
import { type Frame } from './frame.js';

/** A connection as API Gateway tells of it with each of its events. */
export interface OpenConnection {
  readonly connectionId: ConnectionId;
  /** When it was opened, in milliseconds since 1970; unknown when `context.connectedAt` is not mapped. */
  readonly connectedAt: number | undefined;
}

/** A connection as its handshake describes it. */
export interface NewOpenConnection extends OpenConnection {
  /** Whether the client takes several messages in one frame. */
  readonly isBatched?: boolean | undefined;
}

/** Who has sent a message. */
export interface Sender {
  readonly connectionId: ConnectionId;
  /** As decided at `$connect`; undefined where connections are not authenticated. */
  readonly userId?: UserId | undefined;
  /** Whether it takes several messages in one frame. */
  readonly isBatched?: boolean | undefined;
}

/** Is told who has left these channels because its connection is forgotten. It must not throw. */
export interface ForgottenListener {
  (member: Sender, channels: readonly ChannelName[]): void;
}

/** What the caller wants to know of each delivery to many. */
export interface DeliveryObserver {
  /** The connection is gone, and forgotten. The delivery ends when this has resolved. */
  readonly gone?: (connectionId: ConnectionId) => Promise<unknown>;
  /** The delivery has succeeded or failed. */
  readonly ended?: (connectionId: ConnectionId) => void;
}

/** The connections that API Gateway holds for us: which there are, and how to reach one. */
@Injectable()
export class ConnectionsService {
  readonly #listeners: ForgottenListener[] = [];

  constructor(
    private readonly store: Store,
    private readonly callback: CallbackService,
    @Inject(Config) private readonly config: Config,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    private readonly log: RequestLog,
  ) {}

  /** Remembers a new connection. Nothing can be posted to it before `$connect` is answered: AWS says 410. */
  async register(
    { connectionId, connectedAt, isBatched }: NewOpenConnection,
    userId?: UserId,
  ): Promise<void> {
    const now = Date.now();
    // a connection that sends is open, so a time that denies it is not the time when it was opened
    const isPlausible = connectedAt !== undefined && connectedAt <= now && connectedAt > now - CONNECTION_MS;
    const openedAt = isPlausible ? connectedAt : now;
    await this.store.putConnection({
      connectionId,
      userId,
      isBatched,
      connectedAt: openedAt,
      expiresAt: openedAt + CONNECTION_MS + EXPIRY_MARGIN_MS,
    });
  }

  /**
   * Notes that a connection was heard of. One that the store has lost is registered again, as API Gateway still has it,
   * unless it matters who is behind it: only `$connect` tells that.
   *
   * @returns who has sent, by what the store says and nothing else
   * @throws {UnknownConnectionError} who it is should be known, and is not
   */
  async touch(connection: OpenConnection): Promise<Sender> {
    const { connectionId } = connection;
    const known = await this.store.touchConnection(connectionId);
    if (this.config.authentication.kind !== 'none') {
      // it may also have been let in before connections had to be authenticated
      if (known?.userId === undefined) throw new UnknownConnectionError(connectionId);
      return known;
    }
    if (known) return known;
    await this.register(connection);
    this.log.warn({}, 'connection was unknown');
    return { connectionId };
  }

  /** Calls back whenever a connection was forgotten that was a member of channels. */
  onForgotten(listener: ForgottenListener): void {
    this.#listeners.push(listener);
  }

  /** Forgets a connection; it leaves every channel. */
  async forget(connectionId: ConnectionId): Promise<void> {
    const isUserKnown = this.config.authentication.kind !== 'none' && this.#listeners.length > 0;
    // who it was can only be read before
    const userId = isUserKnown ? (await this.store.getConnection(connectionId))?.userId : undefined;
    const channels = await this.store.removeConnection(connectionId);
    if (channels === undefined) return;
    this.metrics.connectionClosed();
    if (channels.length === 0) return;
    for (const listener of this.#listeners) listener({ connectionId, userId }, channels);
  }

  /**
   * Posts to a connection, and forgets it when API Gateway says that it is gone.
   *
   * @throws {CallbackError} whether it was delivered is not known, or it was not
   */
  async deliver(
    connectionId: ConnectionId,
    frame: Frame,
    { isBatched }: Pick<Recipient, 'isBatched'> = {},
  ): Promise<'delivered' | 'gone'> {
    return this.#traced(() =>
      this.#forgetWhenGone(connectionId, () => this.callback.post(connectionId, frame, { isBatched })),
    );
  }

  /**
   * Does something while whatever else is for this connection waits.
   *
   * @param work is given a `deliver` as {@link ConnectionsService.deliver}, but for the waiting: it has its turn
   * @throws {QueueFullError} too much waits already; nothing was done
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
   * Posts to many connections, and forgets those of which API Gateway says that they are gone.
   *
   * @throws {QueueFullError} too many messages wait; nobody got it
   */
  async deliverToMany(
    recipients: AsyncIterable<readonly Recipient[]>,
    frame: Frame,
    { gone, ended }: DeliveryObserver = {},
  ): Promise<FanOutReport> {
    return this.tracing.span('post to many', {}, async (span) => {
      const report = await this.callback.postToMany(recipients, frame, async ({ connectionId }, post) => {
        try {
          const outcome = await this.#forgetWhenGone(connectionId, post);
          if (outcome === 'gone') await gone?.(connectionId);
          return outcome;
        } finally {
          ended?.(connectionId);
        }
      });
      const { firstFailure: _, ...counts } = report;
      span.add(counts);
      return report;
    });
  }

  /**
   * Closes a connection, and forgets it when API Gateway says that it is gone. One that was closed is forgotten when
   * API Gateway tells of it, as with every other.
   *
   * @throws {CallbackError} whether it was closed is not known, or it was not
   */
  async disconnect(connectionId: ConnectionId): Promise<'disconnected' | 'gone'> {
    const outcome = await this.#forgetWhenGone(connectionId, () => this.callback.disconnect(connectionId));
    return outcome === 'gone' ? 'gone' : 'disconnected';
  }

  /**
   * Whether API Gateway still has a connection; it is asked once, and the connection is not forgotten by this.
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

/**
 * API Gateway ends every connection after two hours.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const CONNECTION_MS = 2 * 3_600_000;

/** For clocks that differ, and for the last message on its way. */
const EXPIRY_MARGIN_MS = 5 * 60_000;
