import { isUtf8 } from 'node:buffer';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { QUOTAS } from '../../api/quotas.js';
import { Problem } from './problem.js';

/**
 * Reads the body of a request. Until it is called, the body is not read: guards decide by the headers alone, and a
 * route that needs no body does not wait for one.
 */
export type UnreadBody = () => Promise<string | undefined>;

/**
 * A parameter of a controller's method: `@BodyText() text: string | undefined`, as {@link bodyText} returns it. The body
 * is read after the guards.
 */
export const BodyText = createParamDecorator((_: unknown, context: ExecutionContext) =>
  bodyText(context.switchToHttp().getRequest<FastifyRequest>()),
);

/**
 * @returns the unmodified body, also with a byte order mark; empty if there is none, undefined if it is not UTF-8
 * @throws {Problem} `body_too_large`, `request_timeout`, or `bad_request` for a body that cannot be parsed
 */
export function bodyText({ body }: FastifyRequest): string | Promise<string | undefined> {
  return body === undefined ? '' : (body as UnreadBody)();
}

/**
 * Makes every body of the routes of this instance, or scope, an {@link UnreadBody}. API Gateway sends every frame as
 * application/json, JSON or not: the route that needs the body reads it as unmodified text, after its guards.
 */
export function readBodiesLater(fastify: FastifyInstance, bodies: RequestBodies): void {
  fastify.removeAllContentTypeParsers();
  // Fastify remembers which parser a header chooses only if it is not '*'; otherwise it parses the header each time
  fastify.addContentTypeParser(['application/json', '*'], (request, _stream, done) => {
    const unread: UnreadBody = () => bodies.read(request);
    done(null, unread);
  });
}

/**
 * Reads bodies, up to the route's limit of bytes and up to {@link BODY_SECONDS}.
 *
 * All bodies share one timer: setting and clearing one for each costs more than reading an ordinary body.
 */
export class RequestBodies {
  /** In the order of their {@link read}. */
  readonly #arriving = new Map<IncomingMessage, ArrivingBody>();
  /** Failures of bodies that may not be read yet. */
  readonly #failed = new WeakMap<IncomingMessage, Problem>();
  /** Clients that wait for `100 Continue`. */
  readonly #waitingToSend = new WeakMap<IncomingMessage, ServerResponse>();
  /** Counted only while bodies are arriving. */
  #seconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #timeoutSeconds = BODY_SECONDS;

  /** @returns undefined for a body that is not UTF-8 */
  read(request: FastifyRequest): Promise<string | undefined> {
    const { raw } = request;
    const failure = this.#failed.get(raw);
    if (failure !== undefined) return Promise.reject(failure);
    this.#waitingToSend.get(raw)?.writeContinue();
    return new Promise((resolve, reject) => {
      const settle = (reason: Error | undefined, text?: string) => {
        this.#arriving.delete(raw);
        if (reason === undefined) resolve(text);
        else reject(reason);
      };
      this.#arriving.set(raw, new ArrivingBody(request, this.#seconds, settle));
      if (this.#timer === undefined) this.#nextSecond();
    });
  }

  /** The client has sent `Expect: 100-continue`, and sends the body after `100 Continue`. */
  continueBeforeReading(request: IncomingMessage, response: ServerResponse): void {
    this.#waitingToSend.set(request, response);
  }

  /** The connection of this request cannot be read any further. @returns whether the body was incomplete */
  fail(request: IncomingMessage, failure: Problem): boolean {
    if (request.complete) return false;
    this.#failed.set(request, failure);
    this.#arriving.get(request)?.fail(failure);
    return true;
  }

  /** The service stops: bodies get only {@link LAST_BODY_SECONDS} from now on. */
  hurry(): void {
    this.#timeoutSeconds = LAST_BODY_SECONDS;
  }

  #nextSecond(): void {
    this.#timer = setTimeout(() => {
      this.#seconds += 1;
      this.#timer = undefined;
      for (const body of this.#arriving.values()) {
        // a body may begin in the middle of a second
        if (this.#seconds - body.startedAt > this.#timeoutSeconds) body.fail(bodyLate(this.#timeoutSeconds));
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

  /** @param startedAt in seconds of the shared timer */
  constructor(
    private readonly request: FastifyRequest,
    readonly startedAt: number,
    private readonly settle: (failure: Error | undefined, text?: string) => void,
  ) {
    request.raw
      .on('data', (chunk: Buffer) => this.#take(chunk))
      .on('end', () => this.#complete())
      // also when the client disappears
      .on('error', (error) => this.fail(error));
  }

  /** Drops the rest of the body. */
  fail(failure: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#chunks = [];
    this.settle(failure);
  }

  #take(chunk: Buffer): void {
    if (this.#hasFailed) return;
    this.#bytes += chunk.length;
    // no route has a smaller limit, and reading the limit of this one costs more than all the rest
    if (this.#bytes > QUOTAS.messageBytes && this.#bytes > this.request.routeOptions.bodyLimit) {
      this.fail(bodyTooLarge(this.request.routeOptions.bodyLimit));
    } else {
      this.#chunks.push(chunk);
    }
  }

  #complete(): void {
    if (this.#hasFailed) return;
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#bytes);
    // toString would replace bytes that are not UTF-8
    this.settle(undefined, isUtf8(bytes) ? bytes.toString('utf8') : undefined);
  }
}

export const bodyTooLarge = (limit: number) =>
  new Problem('body_too_large', `expected a body of at most ${limit} bytes`);

const bodyLate = (seconds: number) =>
  new Problem('request_timeout', `the body did not arrive within ${seconds} s of the headers`);

/** From the headers to the last byte. API Gateway waits 29 s for the response. */
const BODY_SECONDS = 10;

/** While the service stops. Callers are in the same network: 1 MB, the largest limit, takes a fraction of it. */
const LAST_BODY_SECONDS = 1;
