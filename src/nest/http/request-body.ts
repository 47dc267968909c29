import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { QUOTAS } from '../../api/quotas.js';
import { Problem } from './problem.js';

/**
 * The body of a request that has one, until it is read: guards decide by the headers alone whether the service spends
 * anything on it, and a route that needs no body does not wait for one.
 */
export type UnreadBody = () => Promise<string>;

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

/**
 * Reads bodies: no larger than the route takes, and no longer than a body takes that is sent in earnest.
 *
 * One timer for all of them: setting and clearing one for each costs more than reading an ordinary body.
 */
export class RequestBodies {
  /** In the order in which they were asked for. */
  readonly #arriving = new Map<IncomingMessage, ArrivingBody>();
  /** Of bodies that nothing has asked for yet. */
  readonly #failed = new WeakMap<IncomingMessage, Problem>();
  readonly #waitingToSend = new WeakMap<IncomingMessage, ServerResponse>();
  /** Counted only while bodies are arriving. */
  #seconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #timeoutSeconds = BODY_SECONDS;

  read(request: FastifyRequest): Promise<string> {
    const { raw } = request;
    const failure = this.#failed.get(raw);
    if (failure !== undefined) return Promise.reject(failure);
    this.#waitingToSend.get(raw)?.writeContinue();
    return new Promise((resolve, reject) => {
      const settle = (reason: Error | undefined, text: string) => {
        this.#arriving.delete(raw);
        if (reason === undefined) resolve(text);
        else reject(reason);
      };
      this.#arriving.set(raw, new ArrivingBody(request, this.#seconds, settle));
      if (this.#timer === undefined) this.#nextSecond();
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
    this.#timeoutSeconds = LAST_BODY_SECONDS;
  }

  #nextSecond(): void {
    this.#timer = setTimeout(() => {
      this.#seconds += 1;
      this.#timer = undefined;
      for (const body of this.#arriving.values()) {
        // the second in which it began was not a whole one
        if (this.#seconds - body.startedAt > this.#timeoutSeconds) body.fail(late(this.#timeoutSeconds));
      }
      if (this.#arriving.size > 0) this.#nextSecond();
    }, 1000).unref();
  }
}

/** A body that is being read. */
class ArrivingBody {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #hasFailed = false;

  /** @param startedAt in seconds, for the one who reads it */
  constructor(
    private readonly request: FastifyRequest,
    readonly startedAt: number,
    private readonly settle: (failure: Error | undefined, text: string) => void,
  ) {
    request.raw
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('end', () => this.#complete())
      // also when the client disappears
      .on('error', (error) => this.fail(error));
  }

  /** What still comes is dropped. */
  fail(failure: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#chunks = [];
    this.settle(failure, '');
  }

  #take(chunk: Buffer): void {
    if (this.#hasFailed) return;
    this.#bytes += chunk.length;
    // no route takes less, and asking for the limit of this one takes longer than all of the rest
    if (this.#bytes > QUOTAS.messageBytes && this.#bytes > this.request.routeOptions.bodyLimit) {
      this.fail(tooLarge(this.request.routeOptions.bodyLimit));
    } else {
      this.#chunks.push(chunk);
    }
  }

  #complete(): void {
    if (this.#hasFailed) return;
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.settle(undefined, bytes.toString('utf8'));
  }
}

export const tooLarge = (limit: number) =>
  new Problem('body_too_large', `expected a body of at most ${limit} bytes`);

const late = (seconds: number) =>
  new Problem('request_timeout', `the body did not arrive within ${seconds} s of the headers`);

/** From the headers to the last byte, however steadily it comes: API Gateway itself waits 29 s for the response. */
const BODY_SECONDS = 10;

/** Callers are in the same network: 1 MB, the most that a route takes, needs a fraction of it. */
const LAST_BODY_SECONDS = 1;
