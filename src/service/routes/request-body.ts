import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { LIMITS } from '../../api/messages.js';
import { Problem } from './problem.js';

/**
 * The body of a request that has one, until it is read: guards decide by the headers alone whether the service spends
 * anything on it, and a route that needs no body does not wait for one.
 */
export type UnreadBody = () => string | Promise<string>;

/** A parameter of a controller's method: `@BodyText() text: string`. It is read after the guards. */
export const BodyText = createParamDecorator((_: unknown, context: ExecutionContext) =>
  bodyText(context.switchToHttp().getRequest<FastifyRequest>()),
);

/**
 * @returns the body as UTF-8, unmodified; empty if there is none
 * @throws {Problem} `body_too_large`, `request_timeout`, or `bad_request` for a body that cannot be parsed
 */
export function bodyText({ body }: FastifyRequest): string | Promise<string> {
  return body === undefined ? '' : (body as UnreadBody)();
}

/** Reads bodies: no larger than the route takes, and no longer than a body takes that is sent in earnest. */
export class RequestBodies {
  readonly #arriving = new Map<IncomingMessage, ArrivingBody>();
  /** Of bodies that nothing has asked for yet. */
  readonly #failed = new WeakMap<IncomingMessage, Problem>();
  readonly #waitingToSend = new WeakMap<IncomingMessage, ServerResponse>();
  #timeoutMs: number;

  constructor(timeoutMs = BODY_TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
  }

  /** How many bodies the service is waiting for. */
  get arriving(): number {
    return this.#arriving.size;
  }

  /** @returns at once what has arrived completely: nearly every body comes in one packet with its headers */
  read(request: FastifyRequest): string | Promise<string> {
    const { raw } = request;
    if (!raw.complete) return this.#arrival(raw, request.routeOptions.bodyLimit);
    const bytes = raw.read() as Buffer | null;
    if (bytes === null) return '';
    // no route takes less; to ask for the limit of this one costs more than to read a body
    if (bytes.length > LIMITS.messageBytes && bytes.length > request.routeOptions.bodyLimit) {
      throw tooLarge(request.routeOptions.bodyLimit);
    }
    return bytes.toString('utf8');
  }

  async #arrival(raw: IncomingMessage, bodyLimit: number): Promise<string> {
    const failure = this.#failed.get(raw);
    if (failure !== undefined) throw failure;
    this.#waitingToSend.get(raw)?.writeContinue();
    return new Promise((resolve, reject) => {
      const body = new ArrivingBody(raw, bodyLimit, (reason, text) => {
        this.#arriving.delete(raw);
        if (reason === undefined) resolve(text);
        else reject(reason);
      });
      this.#arriving.set(raw, body);
      body.endIn(this.#timeoutMs);
    });
  }

  /** The client has sent `Expect: 100-continue`, and sends the body once it is asked to. */
  askBeforeReading(request: IncomingMessage, response: ServerResponse): void {
    this.#waitingToSend.set(request, response);
  }

  /** Nothing more can be read on the connection of this request. @returns whether that was in its body */
  fail(request: IncomingMessage, failure: Problem): boolean {
    if (request.complete) return false;
    this.#failed.set(request, failure);
    this.#arriving.get(request)?.fail(failure);
    return true;
  }

  /** The service stops: what has not arrived in a moment is given up. */
  hurry(): void {
    this.#timeoutMs = Math.min(this.#timeoutMs, LAST_BODY_MS);
    for (const body of this.#arriving.values()) body.endIn(this.#timeoutMs);
  }
}

/** A body that has not arrived completely when it is asked for. */
class ArrivingBody {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #onData = (chunk: Buffer) => this.#take(chunk);
  readonly #onEnd = () => this.#settle(undefined);
  readonly #onError = (error: Error) => this.fail(error);
  readonly #onClose = () => this.fail(new Problem('bad_request', 'The request has ended in the middle.'));

  constructor(
    private readonly request: IncomingMessage,
    private readonly limit: number,
    private readonly done: (failure: Error | undefined, text: string) => void,
  ) {
    request
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onClose);
  }

  endIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.fail(new Problem('request_timeout', `the body did not arrive within ${ms / 1000} s`)),
      ms,
    );
  }

  fail(failure: Error): void {
    this.#settle(failure);
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.limit) this.fail(tooLarge(this.limit));
    else this.#chunks.push(chunk);
  }

  #settle(failure: Error | undefined): void {
    clearTimeout(this.#timer);
    this.request
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose);
    // what still comes is dropped
    if (failure !== undefined) this.request.resume();
    this.done(
      failure,
      failure === undefined ? Buffer.concat(this.#chunks, this.#bytes).toString('utf8') : '',
    );
  }
}

export const tooLarge = (limit: number) =>
  new Problem('body_too_large', `expected a body of at most ${limit} bytes`);

/** From the headers to the last byte, however steadily it comes: API Gateway itself waits 29 s for the response. */
const BODY_TIMEOUT_MS = 10_000;

/** Callers are in the same network: 1 MB, the most that a route takes, needs a fraction of it. */
const LAST_BODY_MS = 1_000;
