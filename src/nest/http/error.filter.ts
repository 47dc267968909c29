import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { errorCodes, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ProblemCode, PROBLEMS } from '../../api/errors.js';
import { CallbackError, CredentialsError, QueueFullError } from '../callback/callback.errors.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { Problem } from './problem.js';

/** Answers whatever was thrown, Fastify's own errors included. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerWithProblem(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export function answerWithProblem(
  exception: unknown,
  { log, raw }: FastifyRequest,
  reply: FastifyReply,
): void {
  // nobody is there to be answered, and nothing of ours has failed
  const { code, detail } = raw.readableAborted ? CUT_OFF : problemOf(exception);
  const { status, title } = PROBLEMS[code];
  // load balancers ask again and again
  if (code === 'not_ready') log.warn({ code, reason: detail, err: causeOf(exception) }, 'not ready');
  // logged once a minute by CredentialsLog, and not again with each message
  else if (exception instanceof CredentialsError)
    log.debug({ code, status, err: exception }, 'request failed');
  else if (status >= 500) log.error({ code, status, err: exception }, 'request failed');
  else log.warn({ code, status, reason: reasonOf(exception) }, 'request refused');
  // RFC 9110 asks for it with every 401, RFC 6750 says what is in it
  if (status === 401) {
    reply.header('WWW-Authenticate', code.startsWith('invalid_') ? 'Bearer error="invalid_token"' : 'Bearer');
  }
  void withStatus(status, reply).type('application/problem+json').send({ title, status, code, detail });
}

/** Sets an answer's status, and when to come back where that is worth it. */
export function withStatus(status: number, reply: FastifyReply): FastifyReply {
  if (status === 503) reply.header('Retry-After', RETRY_AFTER_SECONDS);
  return reply.code(status);
}

/** What the caller is told. Of a failure of ours only that it is one: the log has the rest. */
export function problemOf(exception: unknown): { readonly code: ProblemCode; readonly detail: string } {
  if (exception instanceof Problem) return { code: exception.code, detail: exception.message };
  if (exception instanceof QueueFullError) return { code: 'overloaded', detail: exception.message };
  if (exception instanceof StoreUnavailableError) {
    return { code: 'store_unavailable', detail: 'The store cannot be reached: try again in a second.' };
  }
  if (exception instanceof CallbackError) return { code: 'callback_failed', detail: exception.name };
  const { status, message } = refusal(exception);
  if (status >= 500) return { code: 'internal_error', detail: 'The log of the service says more.' };
  return { code: REFUSALS[status] ?? 'bad_request', detail: message };
}

/** What Nest and Fastify refuse, by their status. */
const REFUSALS: Readonly<Record<number, ProblemCode>> = {
  404: 'not_found',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

const CUT_OFF = { code: 'bad_request', detail: 'The request has ended in the middle.' } as const;

const causeOf = (exception: unknown) => (exception instanceof Error ? exception.cause : undefined);

/** The code of what caused it: of a token, what was wrong with it. */
function reasonOf(exception: unknown): unknown {
  if (!(exception instanceof Problem) || !(exception.cause instanceof Error)) return undefined;
  return (exception.cause as NodeJS.ErrnoException).code;
}

/** Errors of Nest, and of Fastify where Nest has not wrapped them; everything else is a failure of ours. */
function refusal(exception: unknown): { readonly status: number; readonly message: string } {
  if (exception instanceof HttpException)
    return { status: exception.getStatus(), message: exception.message };
  if (
    exception instanceof errorCodes.FST_ERR_BAD_URL ||
    exception instanceof errorCodes.FST_ERR_MAX_PARAM_LENGTH
  ) {
    return { status: 400, message: exception.message };
  }
  return { status: 500, message: '' };
}

/** What is overloaded or away is often so for a moment only, and API Gateway's client connects again by itself. */
const RETRY_AFTER_SECONDS = 1;
