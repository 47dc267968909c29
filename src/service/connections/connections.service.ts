import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type ConnectionId } from '../../api/integration.js';
import { GoneError } from '../callback/callback.errors.js';
import { CallbackService } from '../callback/callback.service.js';
import { Store } from '../store/store.js';
import { type Frame } from './frame.js';

/** A connection as API Gateway tells of it with each of its events. */
export interface OpenConnection {
  readonly connectionId: ConnectionId;
  /** When it was opened, in milliseconds since 1970; unknown when `context.connectedAt` is not mapped. */
  readonly connectedAt: number | undefined;
}

/** The connections that API Gateway holds for us: which there are, and how to reach one. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly store: Store,
    private readonly callback: CallbackService,
    private readonly log: PinoLogger,
  ) {}

  /** Remembers a new connection. Nothing can be posted to it before `$connect` is answered: AWS says 410. */
  async register({ connectionId, connectedAt }: OpenConnection): Promise<void> {
    const now = Date.now();
    // a connection that sends is open, so a time that denies it is not the time when it was opened
    const isPlausible = connectedAt !== undefined && connectedAt <= now && connectedAt > now - CONNECTION_MS;
    const openedAt = isPlausible ? connectedAt : now;
    await this.store.putConnection({
      connectionId,
      connectedAt: openedAt,
      expiresAt: openedAt + CONNECTION_MS + EXPIRY_MARGIN_MS,
    });
  }

  /** Notes that a connection was heard of, and registers it should the store have lost it: API Gateway has not. */
  async touch(connection: OpenConnection): Promise<void> {
    if (await this.store.touchConnection(connection.connectionId)) return;
    await this.register(connection);
    this.log.warn('connection was unknown');
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
    try {
      await this.callback.post(connectionId, frame);
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
