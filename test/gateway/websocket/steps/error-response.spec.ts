import { expect, it } from 'vitest';
import { GATEWAY_RESPONSES } from '../../../../src/gateway/errors.js';
import { TemplateError } from '../../../../src/gateway/vtl/template-error.js';
import { errorResponse } from '../../../../src/gateway/websocket/steps/error-response.js';
import { EventRejectedError } from '../../../../src/gateway/websocket/steps/event-rejected-error.js';
import { MappingError, UnsupportedMediaTypeError } from '../../../../src/gateway/mapping/mapping-errors.js';

it.each([
  [new EventRejectedError(GATEWAY_RESPONSES.throttled, 'x'), 429, 'Too Many Requests'],
  [new TemplateError('$default', { line: 1, column: 1 }, 'x'), 500, 'Internal server error'],
  [new MappingError('x'), 500, 'Internal server error'],
  [new UnsupportedMediaTypeError('x'), 415, 'Unsupported Media Type'],
  [new Error('x'), 502, 'Internal server error'],
])('responds to %s with %i', (error, status, message) => {
  expect(errorResponse(error)).toMatchObject({ status, message });
});
