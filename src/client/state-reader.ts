import { retryMs } from './backoff.js';
import { type BackchannelError, clientError } from './errors.js';
import type { Platform } from './platform.js';
import type { ChannelOptions } from './types.js';

export interface StateEvents<State> {
  read(state: State): void;
  failed(error: BackchannelError): void;
}

/** Calls the application's function `state` until it succeeds, one call at a time. */
export class StateReader<State> {
  readonly #call: NonNullable<ChannelOptions<State>['state']>;
  readonly #platform: Platform;
  readonly #events: StateEvents<State>;
  #attempts = 0;
  #timer: unknown;
  #abort: AbortController | undefined;

  constructor(
    call: NonNullable<ChannelOptions<State>['state']>,
    platform: Platform,
    events: StateEvents<State>,
  ) {
    this.#call = call;
    this.#platform = platform;
    this.#events = events;
  }

  /** Gives up the call in flight, and begins a new one: at once, unless the last one was of no use. */
  start(): void {
    this.end();
    const { clock, random } = this.#platform;
    this.#attempts += 1;
    if (this.#attempts === 1) void this.#read();
    else this.#timer = clock.setTimeout(() => void this.#read(), retryMs(this.#attempts - 1, random()));
  }

  /** The stream goes on from the state that was read. */
  succeeded(): void {
    this.#attempts = 0;
  }

  end(): void {
    this.#abort?.abort();
    this.#platform.clock.clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    let state: State;
    try {
      state = await this.#call({ signal: abort.signal });
    } catch (cause) {
      if (abort.signal.aborted) return;
      this.#events.failed(clientError('no_state', String(cause), { cause }));
      this.start();
      return;
    }
    if (!abort.signal.aborted) this.#events.read(state);
  }
}
