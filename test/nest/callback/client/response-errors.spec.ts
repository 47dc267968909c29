import { expect, it } from 'vitest';
import {
  CallbackError,
  CallbackTimeoutError,
  ForbiddenError,
  GoneError,
  ThrottledError,
  TooLargeError,
} from '../../../../src/nest/callback/callback.errors.js';
import { errorFromFailure, errorFromResponse } from '../../../../src/nest/callback/client/response-errors.js';

const respond = (status: number, type: string, body = '') =>
  errorFromResponse({ status, headers: { 'x-amzn-errortype': type }, body: Buffer.from(body) });

it.each<[number, string, string, typeof CallbackError, boolean]>([
  [410, 'GoneException', '', GoneError, false],
  [400, 'BadRequestException', '{"message":"Invalid connectionId: x"}', GoneError, false],
  [400, 'BadRequestException', '{"message":"something else"}', CallbackError, false],
  [413, '', '', TooLargeError, false],
  [429, 'LimitExceededException', '', ThrottledError, true],
  [403, 'ForbiddenException', '{"message":"Forbidden"}', ForbiddenError, false],
  [403, 'InvalidSignatureException', '{"Message":"wrong"}', ForbiddenError, false],
  [500, 'InternalServerErrorException', '', CallbackError, true],
  [502, '', '<html>', CallbackError, true],
])(
  'translates status %d with the error type "%s" and the body %j',
  (status, type, body, errorClass, isTransient) => {
    const error = respond(status, type, body);
    expect(error.constructor).toBe(errorClass);
    expect(error).toMatchObject({ isTransient, cause: expect.any(Error) as unknown });
  },
);

it.each([
  [Object.assign(new Error('late'), { name: 'TimeoutError' }), CallbackTimeoutError, true],
  [Object.assign(new Error('late'), { code: 'UND_ERR_CONNECT_TIMEOUT' }), CallbackTimeoutError, true],
  [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), CallbackError, true],
  [Object.assign(new Error('certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), CallbackError, false],
])('translates a failure without a response: %s', (cause, errorClass, isTransient) => {
  const error = errorFromFailure(cause);
  expect(error.constructor).toBe(errorClass);
  expect(error).toMatchObject({ isTransient, cause });
});
