import { createHash } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { Config } from '../config/config.js';
import { RequestLog } from '../logging/request-log.js';
import { Problem } from '../http/problem.js';
import { Store } from '../store/store.js';

/**
 * A request with an `Idempotency-Key` is carried out once: who repeats it is given the answer again. Only successes are
 * kept; what has failed may be tried again with the same key, also with a body that was put right.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly store: Store,
    private readonly config: Config,
    private readonly log: RequestLog,
  ) {}

  /** @throws {Problem} `request_under_way`, `idempotency_key_reused`, or `bad_request` for the header */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const sent = idempotencyKey(request.raw);
    if (sent === undefined) return next.handle();

    // only a request to the same place by the same backend is the same
    const key = `idempotency:${hash(`${request.apiKeyName}\n${request.url}\n${sent}`)}`;
    const bodyHash = hash(String(request.body));
    const reservation = await this.store.reserve(key, RESERVATION_MS);
    if (reservation !== 'reserved') return of(this.#repeat(reservation.result, bodyHash, reply));
    let answer: unknown;
    try {
      answer = await lastValueFrom(next.handle());
    } catch (error) {
      await this.#attempt('key not released', () => this.store.release(key));
      throw error;
    }
    const kept: KeptAnswer = { bodyHash, answer };
    await this.#attempt('answer not kept', () =>
      this.store.keepResult(key, JSON.stringify(kept), this.config.backendApi.idempotencyMs),
    );
    return of(answer);
  }

  #repeat(kept: string | undefined, bodyHash: string, reply: FastifyReply): unknown {
    if (kept === undefined) {
      reply.header('Retry-After', '1');
      throw new Problem('request_under_way', 'the first request with this Idempotency-Key has no answer yet');
    }
    const first = JSON.parse(kept) as KeptAnswer;
    if (first.bodyHash !== bodyHash) {
      throw new Problem('idempotency_key_reused', 'this Idempotency-Key came with another body before');
    }
    reply.header('Idempotent-Replayed', 'true');
    this.log.info({}, 'repeated request answered');
    return first.answer;
  }

  /** What was done is done: that it cannot be noted must not change the answer. */
  async #attempt(failure: string, note: () => Promise<void>): Promise<void> {
    try {
      await note();
    } catch (error) {
      this.log.warn({ err: error }, failure);
    }
  }
}

interface KeptAnswer {
  readonly bodyHash: string;
  readonly answer: unknown;
}

/** Longer than a request takes: after it, one whose task was killed may be tried again. */
const RESERVATION_MS = 5 * 60_000;

function idempotencyKey({ headersDistinct }: IncomingMessage): string | undefined {
  const [key, ...others] = headersDistinct['idempotency-key'] ?? [];
  if (key === undefined) return undefined;
  if (others.length > 0 || !/^[\x21-\x7e]{1,256}$/.test(key)) {
    throw new Problem('bad_request', 'expected one Idempotency-Key of 1 to 256 visible ASCII characters');
  }
  return key;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
