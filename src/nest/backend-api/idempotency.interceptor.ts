import { createHash } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { Config } from '../config/config.js';
import { Problem } from '../http/problem.js';
import { RequestLog } from '../logging/request-log.js';
import { ReservationStore } from '../store/reservation-store.js';

/**
 * Carries out a request with an `Idempotency-Key` once: repetitions get the first response again. Only successful
 * responses are kept; a failed request may be repeated with the same key, also with a corrected body.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reservationStore: ReservationStore,
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

    // the key counts per backend and URL
    const key = `idempotency:${hash(`${request.apiKeyName}\n${request.url}\n${sent}`)}`;
    const bodyHash = hash(String(request.body));
    const reservation = await this.reservationStore.reserve(key, RESERVATION_MS);
    if (reservation !== 'reserved') return of(this.#repeat(reservation.result, bodyHash, reply));
    let body: unknown;
    try {
      body = await lastValueFrom(next.handle());
    } catch (error) {
      await this.#attempt('key not released', () => this.reservationStore.release(key));
      throw error;
    }
    const kept: KeptResponse = { bodyHash, answer: body };
    await this.#attempt('response not kept', () =>
      this.reservationStore.keepResult(key, JSON.stringify(kept), this.config.backendApi.idempotencyMs),
    );
    return of(body);
  }

  #repeat(kept: string | undefined, bodyHash: string, reply: FastifyReply): unknown {
    if (kept === undefined) {
      reply.header('Retry-After', '1');
      throw new Problem(
        'request_under_way',
        'the first request with this Idempotency-Key is still in progress',
      );
    }
    const first = JSON.parse(kept) as KeptResponse;
    if (first.bodyHash !== bodyHash) {
      throw new Problem('idempotency_key_reused', 'this Idempotency-Key was used with another body');
    }
    reply.header('Idempotent-Replayed', 'true');
    this.log.info({}, 'request repeated');
    return first.answer;
  }

  /** The request was carried out or has failed already: a failure to record that must not change the response. */
  async #attempt(failure: string, record: () => Promise<void>): Promise<void> {
    try {
      await record();
    } catch (error) {
      this.log.warn({ err: error }, failure);
    }
  }
}

/** As it is stored; tasks of other versions read it, too. */
interface KeptResponse {
  /** Of the request. */
  readonly bodyHash: string;
  /** The body of the response. */
  readonly answer: unknown;
}

/** Longer than any request takes. After that, a request whose task was killed may be repeated. */
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
