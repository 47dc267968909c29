import { Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName, type Since } from '../../../api/messages.js';
import { QUOTAS } from '../../../api/quotas.js';
import { ConcurrencyLimit } from '../../callback/concurrency-limit.js';
import { Config } from '../../config/config.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { LogStore, type Position } from '../../store/log-store.js';
import { Replay } from './replay.js';
import { KeyedMutex } from '../keyed-mutex.js';

/** The outcome of a resume. */
export interface Resumed {
  readonly position: Position;
  /** Whether the client was sent everything it had missed up to `position`. */
  readonly isRecovered: boolean;
  /** How many messages it was sent. */
  readonly replayed: number;
}

/** Makes a connection a member that continues where the client's previous connection ended. */
@Injectable()
export class ReplayService {
  /** One replay at a time per connection: a client must not make us send the whole log many times at once. */
  readonly #perConnection = new KeyedMutex<ConnectionId>();
  readonly #limit = new ConcurrencyLimit(REPLAYS_AT_ONCE);
  readonly #budgetMs: number;

  constructor(
    private readonly logStore: LogStore,
    private readonly connections: ConnectionsService,
    { callbackDeadlineMs }: Config,
  ) {
    this.#budgetMs = Math.max(MIN_BUDGET_MS, REPLY_MS - callbackDeadlineMs);
  }

  /**
   * Sends what was published after `since`, makes the connection a member, and then sends what was published in
   * between. During the second part, other messages of this task for the connection wait, so that no newer one arrives
   * first. The first part sends nearly everything, so that they do not wait long.
   *
   * @param join makes the connection a member, and returns the log's position at that moment
   * @throws {ChannelError} `overloaded`: there was not enough time
   * @throws {UnknownConnectionError} the client has left
   * @throws {CallbackError} a post failed
   * @throws the errors of `join`. After any error nothing is lost: the client can continue from its last message
   */
  async resume(
    channel: ChannelName,
    connectionId: ConnectionId,
    since: Since,
    join: () => Promise<Position>,
  ): Promise<Resumed> {
    const replay = new Replay(
      this.logStore,
      channel,
      connectionId,
      since,
      performance.now() + this.#budgetMs,
    );
    return this.#perConnection.run(connectionId, () =>
      this.#limit.run(async () => {
        replay.requireTime();
        // one frame at a time for each connection, and no more replays than there are at once
        const isCaughtUp = await replay.catchUp((frame) =>
          this.connections.deliver(connectionId, frame, { purpose: 'placed' }),
        );
        if (!isCaughtUp) return { position: await join(), isRecovered: false, replayed: replay.sent };
        return this.connections.inTurn(connectionId, async (deliver) => {
          replay.requireTime();
          const position = await join();
          const isRecovered =
            position.epoch === since.epoch && (await replay.sendUpTo(position.offset, deliver));
          return { position, isRecovered, replayed: replay.sent };
        });
      }),
    );
  }
}

/** Each replay holds a page of messages in memory, and a frame in flight. */
const REPLAYS_AT_ONCE = 32;

/**
 * The response must come while API Gateway waits, which is 29 s. A post that begins within the budget takes at most the
 * deadline of a callback.
 */
const REPLY_MS = QUOTAS.integrationTimeoutMs - 5_000;

/** Also if the deadline of a callback is that long. */
const MIN_BUDGET_MS = 2000;
