import { type Dispatcher, Pool } from 'undici';
import { errorOfAnswer, errorWithoutAnswer } from './callback.errors.js';
import { type SignedPost } from './post-signer.js';

export interface PostClientSettings {
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

/** Posts to API Gateway over kept-alive connections, without the SDK. */
export class PostClient {
  readonly #pool: Pool;
  readonly #underWay = new Set<AnswerReceiver>();
  #timer: NodeJS.Timeout | undefined;

  constructor(endpoint: string, { connections, connectTimeoutMs }: PostClientSettings) {
    this.#pool = new Pool(new URL(endpoint).origin, {
      connections,
      // the signature is over HTTP/1.1's headers, and a connection of one's own is what the concurrency counts
      allowH2: false,
      // its own timeouts are half a second late
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutMs },
      // a success has no body, and an error a sentence
      maxResponseSize: 64 * 1024,
    });
  }

  /**
   * @param timeoutMs until the whole answer is there
   * @throws {CallbackError} as the SDK's path does
   */
  post({ path, headers }: SignedPost, body: Uint8Array, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const receiver = new AnswerReceiver(performance.now() + timeoutMs, (error) => {
        this.#underWay.delete(receiver);
        if (error === undefined) resolve();
        else reject(error);
      });
      this.#underWay.add(receiver);
      this.#timer ??= setTimeout(() => this.#sweep(), SWEEP_MS);
      try {
        this.#pool.dispatch({ path, method: 'POST', headers, body }, receiver);
      } catch (error) {
        receiver.onResponseError(undefined, error);
      }
    });
  }

  /** Gives up what is under way. */
  close(): void {
    clearTimeout(this.#timer);
    void this.#pool.destroy();
  }

  /** Ends what has taken too long. One timer for all: one for each would cost more than its signature. */
  #sweep(): void {
    const now = performance.now();
    for (const receiver of this.#underWay) if (receiver.deadline <= now) receiver.giveUp();
    this.#timer = this.#underWay.size > 0 ? setTimeout(() => this.#sweep(), SWEEP_MS) : undefined;
  }
}

const SWEEP_MS = 20;

/** What undici's own `request` does, without the stream and the signal that each call of it costs. */
class AnswerReceiver implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #timeout: Error | undefined;
  #status = 0;
  #type = '';
  #body: Buffer[] | undefined;

  /**
   * @param deadline of `performance.now()`
   * @param end is called once or more; only the first time counts
   */
  constructor(
    readonly deadline: number,
    private readonly end: (error?: Error) => void,
  ) {}

  giveUp(): void {
    this.#timeout = Object.assign(new Error('no whole answer in time'), { name: 'TimeoutError' });
    // it may still wait for a connection
    this.end(errorWithoutAnswer(this.#timeout));
    this.#controller?.abort(this.#timeout);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#timeout) controller.abort(this.#timeout);
    else this.#controller = controller;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    if (isSuccess(status)) return;
    this.#type = String(headers['x-amzn-errortype'] ?? '');
    this.#body = [];
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    if (isSuccess(this.#status)) return this.end();
    const text = Buffer.concat(this.#body ?? []).toString();
    const refusal = {
      status: this.#status,
      name: this.#type.split(':')[0] || `status ${this.#status}`,
      message: messageIn(text),
    };
    this.end(errorOfAnswer(refusal, new Error(`${refusal.status} ${this.#type} ${text}`.trim())));
  }

  onResponseError(_: unknown, error: unknown): void {
    this.end(errorWithoutAnswer(error));
  }
}

const isSuccess = (status: number) => status >= 200 && status < 300;

/** API Gateway writes `message`, and `Message` when the signature is wrong. */
function messageIn(text: string): string {
  try {
    const { message, Message } = JSON.parse(text) as { message?: unknown; Message?: unknown };
    return [message, Message].find((value) => typeof value === 'string') ?? '';
  } catch {
    return text;
  }
}
