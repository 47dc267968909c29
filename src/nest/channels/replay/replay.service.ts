import { Inject, Injectable } from '@nestjs/common';
import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName, type Since } from '../../../api/messages.js';
import { ConcurrencyLimit } from '../../callback/concurrency-limit.js';
import { Config } from '../../../service/configuration/config.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { type Position, Store } from '../../store/store.js';
import { Replay } from './replay.js';
import { Turns } from '../keyed-mutex.js';

/** Where a member has come in. */
export interface Resumed {
  readonly position: Position;
  /** Whether it was sent all that it had missed up to there. */
  readonly isRecovered: boolean;
}

/** Makes a connection a member that continues where the client's last one ended. */
@Injectable()
export class ReplayService {
  /** One at a time for each connection: a small message must not make us send the whole log many times at once. */
  readonly #turns = new Turns<ConnectionId>();
  readonly #places = new ConcurrencyLimit(REPLAYS_AT_ONCE);
  readonly #budgetMs: number;

  constructor(
    private readonly store: Store,
    private readonly connections: ConnectionsService,
    @Inject(Config) { callbackDeadlineMs }: Config,
  ) {
    this.#budgetMs = Math.max(MIN_BUDGET_MS, ANSWER_MS - callbackDeadlineMs);
  }

  /**
   * Sends what was published after `since`, makes the connection a member, and sends what came in between. Whatever else
   * this task has for the connection waits during the latter, so that nothing newer comes first; by far the most is sent
   * before, so that it need not wait for long.
   *
   * @param join makes it a member, and tells where the log was then
   * @throws {ChannelError} `overloaded`: it could not be done in time
   * @throws {UnknownConnectionError} the client has left
   * @throws {CallbackError} something could not be posted
   * @throws what `join` throws. After each of them nothing is lost: the client can go on from the last message that it has
   */
  async resume(
    channel: ChannelName,
    connectionId: ConnectionId,
    since: Since,
    join: () => Promise<Position>,
  ): Promise<Resumed> {
    const replay = new Replay(this.store, channel, connectionId, since, performance.now() + this.#budgetMs);
    return this.#turns.run(connectionId, () =>
      this.#places.run(async () => {
        replay.requireTime();
        const isCaughtUp = await replay.catchUp((frame) => this.connections.deliver(connectionId, frame));
        if (!isCaughtUp) return { position: await join(), isRecovered: false };
        return this.connections.inTurn(connectionId, async (deliver) => {
          replay.requireTime();
          const position = await join();
          const isRecovered =
            position.epoch === since.epoch && (await replay.sendUpTo(position.offset, deliver));
          return { position, isRecovered };
        });
      }),
    );
  }
}

/** Each holds a page of messages, and one under way. */
const REPLAYS_AT_ONCE = 32;

/**
 * The answer has to come while API Gateway waits, which is 29 s: what is begun before the budget is over takes no longer
 * than the deadline of a callback.
 */
const ANSWER_MS = 24_000;

/** However long that is. */
const MIN_BUDGET_MS = 2000;
