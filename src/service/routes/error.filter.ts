import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { errorCodes, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ProblemCode, PROBLEMS } from '../../api/errors.js';
import { CallbackError } from '../callback/callback.errors.js';
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
export function answerWithProblem(exception: unknown, { log }: FastifyRequest, reply: FastifyReply): void {
  const { code, detail } = describe(exception);
  const { status, title } = PROBLEMS[code];
  if (status >= 500) log.error({ code, status, err: exception }, 'request failed');
  else log.warn({ code, status, reason: reasonOf(exception) }, 'request refused');
  // RFC 9110 asks for it with every 401, RFC 6750 says what is in it
  if (status === 401) {
    reply.header('WWW-Authenticate', code === 'invalid_token' ? 'Bearer error="invalid_token"' : 'Bearer');
  }
  void reply.code(status).type('application/problem+json').send({ title, status, code, detail });
}

/** What the caller is told. Of a failure of ours only that it is one: the log has the rest. */
function describe(exception: unknown): { readonly code: ProblemCode; readonly detail: string } {
  if (exception instanceof Problem) return { code: exception.code, detail: exception.message };
  if (exception instanceof CallbackError) return { code: 'callback_failed', detail: exception.name };
  const { status, message } = refusal(exception);
  if (status >= 500) return { code: 'internal_error', detail: 'The log of the service says more.' };
  const code = status === 404 ? 'not_found' : status === 413 ? 'body_too_large' : 'bad_request';
  return { code, detail: message };
}

/** The code of what caused it: of a token, what was wrong with it. */
function reasonOf(exception: unknown): unknown {
  if (!(exception instanceof Problem) || !(exception.cause instanceof Error)) return undefined;
  return (exception.cause as NodeJS.ErrnoException).code;
}

/** Errors of Nest, and of Fastify where Nest has not wrapped them; everything else is a failure of ours. */
function refusal(exception: unknown): { readonly status: number; readonly message: string } {
  if (exception instanceof HttpException)
    return { status: exception.getStatus(), message: exception.message };
  if (exception instanceof errorCodes.FST_ERR_BAD_URL) return { status: 400, message: exception.message };
  return { status: 500, message: '' };
}
