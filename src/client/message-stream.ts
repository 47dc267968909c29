import { type BackchannelError, clientError } from './errors.js';

interface Taker<M> {
  readonly resolve: (result: IteratorResult<M, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** Messages that wait to be taken by `for await`. */
export class MessageStream<M> implements AsyncIterableIterator<M> {
  readonly #limit: number;
  readonly #removed: () => void;
  readonly #waiting: M[] = [];
  /** Calls of `next` that wait for a message. */
  readonly #takers: Taker<M>[] = [];
  #isEnded = false;
  #error: BackchannelError | undefined;

  /** @param limit the number of messages that may wait; @param removed called once, when it needs no more of them */
  constructor(limit: number, removed: () => void) {
    this.#limit = limit;
    this.#removed = removed;
  }

  push(message: M): void {
    if (this.#isEnded) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) taker.resolve({ done: false, value: message });
    else if (this.#waiting.length < this.#limit) this.#waiting.push(message);
    else this.end(clientError('too_slow', `${this.#limit} wait.`));
  }

  /** What waits is still handed out. @param error thrown after that */
  end(error?: BackchannelError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    this.#removed();
    for (const taker of this.#takers.splice(0)) this.#finish(taker);
  }

  next(): Promise<IteratorResult<M, undefined>> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length > 0) resolve({ done: false, value: this.#waiting.shift()! });
      else if (this.#isEnded) this.#finish({ resolve, reject });
      else this.#takers.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<M, undefined>> {
    this.#waiting.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish({ resolve, reject }: Taker<M>): void {
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) resolve({ done: true, value: undefined });
    else reject(error);
  }
}
