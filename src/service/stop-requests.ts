/** Requests to stop this process: signals, and the end of a parent that has started it with an IPC channel. */
export class StopRequests {
  readonly first = Promise.withResolvers<string>();
  readonly second = Promise.withResolvers<string>();
  #firstAt: number | undefined;

  constructor() {
    // the listeners stay: without one, a further signal would end the process at once
    for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(event, () => this.#note(event));
  }

  #note(event: string): void {
    this.#firstAt ??= performance.now();
    if (performance.now() - this.#firstAt >= SAME_REQUEST_MS) this.second.resolve(event);
    this.first.resolve(event);
  }
}

/**
 * One Ctrl-C may arrive several times: from the terminal, from npm, and as the end of a parent that received it, too.
 */
const SAME_REQUEST_MS = 500;
