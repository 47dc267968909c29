import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { errorCodes, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ProblemCode, PROBLEMS } from '../../api/errors.js';
import { isReportedError, Problem, type ProblemReport } from './problem.js';

/** Turns every error, including those of Fastify, into a problem response. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export function sendProblem(exception: unknown, { log, raw }: FastifyRequest, reply: FastifyReply): void {
  // the client has gone away; no failure of ours
  const report = raw.readableAborted ? REQUEST_CUT_OFF : problemOf(exception);
  const { code, detail, status = PROBLEMS[code].status } = report;
  const { title } = PROBLEMS[code];
  // load balancers repeat the check every few seconds
  if (code === 'not_ready') log.warn({ code, reason: detail, err: causeOf(exception) }, 'not ready');
  else if (isReportedError(exception) && exception.isLoggedElsewhere) {
    log.debug({ code, status, err: exception }, 'request failed');
  } else if (status >= 500) log.error({ code, status, err: exception }, 'request failed');
  else log.warn({ code, status, reason: causeCode(exception) }, 'request refused');
  // RFC 9110, section 15.5.2, requires the header with every 401; its form is that of RFC 6750, section 3
  if (status === 401) {
    reply.header('WWW-Authenticate', code.startsWith('invalid_') ? 'Bearer error="invalid_token"' : 'Bearer');
  }
  void setStatus(status, reply).type('application/problem+json').send({ title, status, code, detail });
}

/** Sets the status of a response, with `Retry-After` if a retry may succeed. */
export function setStatus(status: number, reply: FastifyReply): FastifyReply {
  if (status === 503) reply.header('Retry-After', RETRY_AFTER_SECONDS);
  return reply.code(status);
}

/** What the caller learns of an error. The details of a failure of ours are in the log only. */
export function problemOf(exception: unknown): ProblemReport {
  if (isReportedError(exception)) return exception.problem;
  const { status, message } = refusalOf(exception);
  if (status >= 500) return { code: 'internal_error', detail: "The service's log has the details." };
  return { code: CODES_BY_STATUS[status] ?? 'bad_request', detail: message };
}

/** Codes of what Nest and Fastify refuse. */
const CODES_BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  404: 'not_found',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

const REQUEST_CUT_OFF: ProblemReport = {
  code: 'bad_request',
  detail: 'The connection was closed before the request was complete.',
};

const causeOf = (exception: unknown) => (exception instanceof Error ? exception.cause : undefined);

/** The code of the error that caused a problem: for a token, the reason why it is not valid. */
function causeCode(exception: unknown): unknown {
  if (!(exception instanceof Problem) || !(exception.cause instanceof Error)) return undefined;
  return (exception.cause as NodeJS.ErrnoException).code;
}

/** Reads errors of Nest, and those of Fastify that Nest does not wrap. Any other error is a failure of ours. */
function refusalOf(exception: unknown): { readonly status: number; readonly message: string } {
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

/** Overload and outages are often short, and API Gateway's clients reconnect by themselves. */
const RETRY_AFTER_SECONDS = 1;
