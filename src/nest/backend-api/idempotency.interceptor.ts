import { createHash } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { Config } from '../config/config.js';
import { Problem } from '../http/problem.js';
import { RequestLog } from '../logging/request-log.js';
import { ReservationStore } from '../store/reservation-store.js';
import { type BatchResponse } from './response-schemas.js';

/**
 * Carries out a request with an `Idempotency-Key` once: repetitions get the first response again. Only successful
 * responses are kept, except those to batches with failures of ours; a failed request may be repeated with the same
 * key, also with a corrected body.
 *
 * A request whose outcome is not known, because its task ended or could not reach the store, is carried out again. The
 * {@link AppendKey} of the request then keeps a message out of the log that is in it already.
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
    const { idempotencyMs } = this.config.backendApi;
    const reservation = await this.reservationStore.reserve(key, LEASE_MS);
    switch (reservation.kind) {
      case 'held':
        reply.header('Retry-After', '1');
        throw new Problem(
          'request_under_way',
          'the first request with this Idempotency-Key is still in progress',
        );
      case 'done':
        return of(this.#repeat(reservation.result, bodyHash, reply));
      case 'reserved':
        request.appendKey = { key: hash(key), fingerprint: bodyHash, ttlMs: idempotencyMs };
        return of(await this.#carryOut(key, reservation.owner, bodyHash, next));
    }
    return reservation satisfies never;
  }

  async #carryOut(key: string, owner: string, bodyHash: string, next: CallHandler): Promise<unknown> {
    const renewing = setInterval(() => {
      void this.#attempt('key not renewed', () => this.reservationStore.renew(key, owner, LEASE_MS));
    }, LEASE_MS / RENEWALS);
    try {
      const body: unknown = await lastValueFrom(next.handle());
      if (isFinal(body)) {
        const kept: KeptResponse = { bodyHash, answer: body };
        const { idempotencyMs } = this.config.backendApi;
        await this.#attempt('response not kept', () =>
          this.reservationStore.keepResult(key, owner, JSON.stringify(kept), idempotencyMs),
        );
      } else {
        await this.#attempt('key not released', () => this.reservationStore.release(key, owner));
      }
      return body;
    } catch (error) {
      await this.#attempt('key not released', () => this.reservationStore.release(key, owner));
      throw error;
    } finally {
      clearInterval(renewing);
    }
  }

  #repeat(kept: string, bodyHash: string, reply: FastifyReply): unknown {
    const first = JSON.parse(kept) as KeptResponse;
    if (first.bodyHash !== bodyHash) {
      throw new Problem('idempotency_key_reused', 'this Idempotency-Key was used with another body');
    }
    reply.header('Idempotent-Replayed', 'true');
    this.log.info({}, 'request repeated');
    return first.answer;
  }

  /** The request was carried out or has failed already: a failure to record that must not change the response. */
  async #attempt(failure: string, record: () => Promise<unknown>): Promise<void> {
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

/** How long a request whose task has ended cannot be repeated. It is renewed while the request is carried out. */
const LEASE_MS = 6_000;

/** Renewals per lease, so that a failed one is followed by another in time. */
const RENEWALS = 3;

/** Whether a repetition could not have another outcome: a batch may have messages that are worth another attempt. */
function isFinal(body: unknown): boolean {
  const { results = [] } = (body ?? {}) as Partial<BatchResponse>;
  return results.every((result) => !('problem' in result) || result.problem.status < 500);
}

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
