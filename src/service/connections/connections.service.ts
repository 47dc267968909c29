import { Inject, Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { GoneError } from '../callback/callback.errors.js';
import { CallbackService } from '../callback/callback.service.js';
import { type FanOutReport } from '../callback/fan-out.js';
import { Config } from '../config.js';
import { Store } from '../store/store.js';
import { UnknownConnectionError } from './connection.errors.js';
import { type Frame } from './frame.js';

/** A connection as API Gateway tells of it with each of its events. */
export interface OpenConnection {
  readonly connectionId: ConnectionId;
  /** When it was opened, in milliseconds since 1970; unknown when `context.connectedAt` is not mapped. */
  readonly connectedAt: number | undefined;
}

/** Who has sent a message. */
export interface Sender {
  readonly connectionId: ConnectionId;
  /** As decided at `$connect`; undefined where connections are not authenticated. */
  readonly userId?: UserId | undefined;
}

/** The connections that API Gateway holds for us: which there are, and how to reach one. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly store: Store,
    private readonly callback: CallbackService,
    @Inject(Config) private readonly config: Config,
    private readonly log: PinoLogger,
  ) {}

  /** Remembers a new connection. Nothing can be posted to it before `$connect` is answered: AWS says 410. */
  async register({ connectionId, connectedAt }: OpenConnection, userId?: UserId): Promise<void> {
    const now = Date.now();
    // a connection that sends is open, so a time that denies it is not the time when it was opened
    const isPlausible = connectedAt !== undefined && connectedAt <= now && connectedAt > now - CONNECTION_MS;
    const openedAt = isPlausible ? connectedAt : now;
    await this.store.putConnection({
      connectionId,
      userId,
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
    this.log.warn('connection was unknown');
    return { connectionId };
  }

  /** Forgets a connection; it leaves every channel. */
  async forget(connectionId: ConnectionId): Promise<void> {
    await this.store.removeConnection(connectionId);
  }

  /**
   * Posts to a connection, and forgets it when API Gateway says that it is gone.
   *
   * @throws {CallbackError} whether it was delivered is not known, or it was not
   */
  async deliver(connectionId: ConnectionId, frame: Frame): Promise<'delivered' | 'gone'> {
    return this.#forgetWhenGone(connectionId, () => this.callback.post(connectionId, frame));
  }

  /**
   * Posts to many connections, and forgets those of which API Gateway says that they are gone.
   *
   * @throws {QueueFullError} too many messages wait; nobody got it
   */
  async deliverToMany(
    recipients: AsyncIterable<readonly { readonly connectionId: ConnectionId }[]>,
    frame: Frame,
  ): Promise<FanOutReport> {
    return this.callback.postToMany(recipients, frame, ({ connectionId }, post) =>
      this.#forgetWhenGone(connectionId, post),
    );
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
