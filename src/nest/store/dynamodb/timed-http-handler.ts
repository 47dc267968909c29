import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type ServerClock } from '../server-clock.js';

/** Feeds a clock with the `Date` header of every response. */
export class TimedHttpHandler extends NodeHttpHandler {
  readonly #clock: ServerClock;

  constructor(clock: ServerClock, options: ConstructorParameters<typeof NodeHttpHandler>[0]) {
    super(options);
    this.#clock = clock;
  }

  override async handle(
    ...request: Parameters<NodeHttpHandler['handle']>
  ): ReturnType<NodeHttpHandler['handle']> {
    const sentAt = performance.now();
    const result = await super.handle(...request);
    const serverTimeMs = Date.parse(result.response.headers['date'] ?? '');
    // a stand-in may send no time
    if (!Number.isNaN(serverTimeMs)) {
      this.#clock.note(serverTimeMs, RESOLUTION_MS, sentAt, performance.now());
    }
    return result;
  }
}

/** The header has whole seconds. */
const RESOLUTION_MS = 1000;
