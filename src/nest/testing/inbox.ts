import { type Close, type GatewayClient } from './in-process-gateway.js';
import { NoMessageError } from './testing.errors.js';
import { type Transcript } from './transcript.js';

interface Waiting {
  readonly resolve: (text: string) => void;
  readonly reject: (error: NoMessageError) => void;
}

/** The messages of one connection that the test has not read yet. */
export class Inbox implements GatewayClient {
  readonly #transcript: Transcript;
  readonly #messages: string[] = [];
  readonly #waiting = new Set<Waiting>();
  readonly #end = Promise.withResolvers<Close>();
  #close: Close | undefined;

  constructor(transcript: Transcript) {
    this.#transcript = transcript;
  }

  get isClosed(): boolean {
    return this.#close !== undefined;
  }

  receive(text: string): void {
    this.#transcript.add(`received ${text}`);
    const [waiting] = this.#waiting;
    if (waiting === undefined) {
      this.#messages.push(text);
      return;
    }
    this.#waiting.delete(waiting);
    waiting.resolve(text);
  }

  disconnected(close: Close, notified: Promise<unknown>): void {
    this.#close = close;
    this.#transcript.add(`closed with ${close.code} ${close.reason}`);
    for (const { reject } of this.#waiting) reject(this.#noMessage('the connection was closed'));
    this.#waiting.clear();
    this.#end.resolve(notified.then(() => close));
    // is reported to those who wait for it
    this.#end.promise.catch(() => undefined);
  }

  /** The oldest message. @throws {NoMessageError} */
  async next(timeoutMs: number): Promise<string> {
    const text = this.#messages.shift();
    if (text !== undefined) return text;
    if (this.#close !== undefined) throw this.#noMessage('the connection is closed');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiting = { resolve, reject };
    this.#waiting.add(waiting);
    const timer = setTimeout(() => {
      this.#waiting.delete(waiting);
      reject(this.#noMessage(`no message in ${timeoutMs} ms`));
    }, timeoutMs);
    return promise.finally(() => clearTimeout(timer));
  }

  /** @throws {NoMessageError} @throws the error of calling `$disconnect` */
  async closed(timeoutMs: number): Promise<Close> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(this.#noMessage(`the connection was not closed in ${timeoutMs} ms`)),
      timeoutMs,
    );
    return Promise.race([this.#end.promise, tooLate]).finally(() => clearTimeout(timer));
  }

  #noMessage(what: string): NoMessageError {
    return new NoMessageError(`${what}; so far:\n${this.#transcript.toString()}`);
  }
}
