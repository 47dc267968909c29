import { applyDecorators, HttpCode, HttpStatus, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type z } from 'zod';
import { type ProblemCode, PROBLEMS } from '../../api/errors.js';
import { nameOf, referenceTo } from '../json/json-schema.js';
import { BodyInterceptor } from './body.interceptor.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { JsonBodyGuard } from './json-body.guard.js';
import { ProblemBody } from './response-schemas.js';

/** What the OpenAPI document says about an operation in addition to its schemas. */
export interface OperationDescription {
  readonly summary: string;
  readonly description?: string;
  /** The schema of the body of the response, whose status is 200. It has a name for the document. */
  readonly response: z.ZodType;
  /** Possible problems in addition to {@link COMMON_PROBLEMS}. */
  readonly problems?: readonly ProblemCode[];
}

/** A GET or a DELETE. */
export const Operation = ({ summary, description, response, problems = [] }: OperationDescription) =>
  applyDecorators(
    HttpCode(HttpStatus.OK),
    ApiOperation({ summary, ...(description !== undefined && { description }) }),
    ApiResponse({ status: HttpStatus.OK, description: 'Done.', schema: referenceTo(nameOf(response)!) }),
    ...problemResponses([...COMMON_PROBLEMS, ...problems]),
  );

/** A POST: its body is JSON, and requests with the same `Idempotency-Key` are carried out once. */
export const PostOperation = (description: OperationDescription) =>
  applyDecorators(
    UseGuards(JsonBodyGuard),
    UseInterceptors(BodyInterceptor, IdempotencyInterceptor),
    Operation({ ...description, problems: [...POST_PROBLEMS, ...(description.problems ?? [])] }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A request with a used key is not carried out again: the response is the first one, with ' +
        '`Idempotent-Replayed: true`.',
      schema: {
        type: 'string',
        pattern: '^[\\x21-\\x7e]{1,256}$',
        example: '4b1e9f5e-7d0c-4bb2-9d3f-1c1a2f6a5d10',
      },
    }),
  );

const COMMON_PROBLEMS = [
  'bad_request',
  'missing_api_key',
  'invalid_api_key',
  'internal_error',
  'store_unavailable',
] as const;

const POST_PROBLEMS = [
  'request_timeout',
  'request_under_way',
  'body_too_large',
  'message_too_large',
  'unsupported_media_type',
  'idempotency_key_reused',
  'overloaded',
] as const;

/** One response for each status, with its codes. */
function problemResponses(codes: readonly ProblemCode[]): MethodDecorator[] {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  return [...byStatus].map(([status, codesOfStatus]) =>
    ApiResponse({
      status,
      description: codesOfStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
      content: { 'application/problem+json': { schema: referenceTo(nameOf(ProblemBody)!) } },
      ...(HEADERS[status] && { headers: HEADERS[status] }),
    }),
  );
}

const RETRY_AFTER = { 'Retry-After': { description: 'In seconds.', schema: { type: 'string' as const } } };

/** Headers of problem responses, by status. */
const HEADERS: Readonly<Record<number, Record<string, { description: string; schema: { type: 'string' } }>>> =
  {
    401: { 'WWW-Authenticate': { description: 'RFC 6750.', schema: { type: 'string' } } },
    409: RETRY_AFTER,
    503: RETRY_AFTER,
  };
