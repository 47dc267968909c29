import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  CallbackError,
  CallbackTimeoutError,
  ForbiddenError,
  GoneError,
  ThrottledError,
  TooLargeError,
} from '../../../src/nest/callback/callback.errors.js';
import { fullListener } from '../../support/full-listener.js';
import { VerifyingEndpoint } from '../../support/verifying-endpoint.js';
import { type ClientUnderTest, errorOf, id, LONG_MS, type StartClient } from './client-under-test.js';

const OPERATIONS: readonly [string, (under: ClientUnderTest, timeoutMs?: number) => Promise<unknown>][] = [
  ['post', (under, timeoutMs = LONG_MS) => under.post('{}', timeoutMs)],
  ['get', (under, timeoutMs = LONG_MS) => under.client.get(id, timeoutMs)],
  ['delete', (under, timeoutMs = LONG_MS) => under.client.delete(id, timeoutMs)],
];

/** Which response, or failure without one, becomes which error. */
export function errorsSuite(start: StartClient): void {
  describe.each(OPERATIONS)('an error of %s', (_, operate) => {
    it.each<[number, string, string, typeof CallbackError, boolean]>([
      [410, 'GoneException', '', GoneError, false],
      [400, 'BadRequestException', '{"message":"Invalid connectionId: x"}', GoneError, false],
      [400, 'BadRequestException', '{"message":"something else"}', CallbackError, false],
      [413, '', '', TooLargeError, false],
      [413, 'PayloadTooLargeException', '{"message":"too large"}', TooLargeError, false],
      [429, 'LimitExceededException', '{"message":"slowly"}', ThrottledError, true],
      [403, 'ForbiddenException', '{"message":"Forbidden"}', ForbiddenError, false],
      [403, '', 'text', ForbiddenError, false],
      [404, '', '{"message":"Not Found"}', CallbackError, false],
      [500, 'InternalServerErrorException', '{"message":"Internal server error"}', CallbackError, true],
      [502, '', '<html>', CallbackError, true],
      [503, '', '', CallbackError, true],
    ])('is known by its status: %d "%s" %j', async (status, type, body, errorClass, isTransient) => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.respond = () => ({ status, body, ...(type && { headers: { 'x-amzn-ErrorType': type } }) });
      const error = await errorOf(operate(under));
      expect((error as Error).constructor).toBe(errorClass);
      expect(error).toMatchObject({ isTransient, cause: expect.any(Error) as unknown });
      expect(endpoint.requests).toHaveLength(1);
    });

    it.each(['never', 'half'] as const)('comes in time when the response comes %s', async (response) => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.respond = () => response;
      const startedAt = performance.now();
      const error = await errorOf(operate(under, 100));
      expect((error as Error).constructor).toBe(CallbackTimeoutError);
      expect(error).toMatchObject({ isTransient: true });
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(99);
    });

    it('is a transient error when the connection breaks before the response, and in it', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      for (const response of ['never', 'half'] as const) {
        endpoint.respond = () => {
          setImmediate(() => endpoint.dropConnections());
          return response;
        };
        const error = await errorOf(operate(under));
        expect((error as Error).constructor).toBe(CallbackError);
        expect(error).toMatchObject({ isTransient: true, cause: expect.any(Error) as unknown });
      }
      endpoint.respond = () => ({ body: '{}' });
      await operate(under);
    });

    it('is a transient error when the connection is refused', async () => {
      const closed = createServer().listen(0, '127.0.0.1');
      await once(closed, 'listening');
      const { port } = closed.address() as { port: number };
      await new Promise((resolve) => closed.close(resolve));
      using under = start(`http://127.0.0.1:${port}/dev`);
      const error = await errorOf(operate(under));
      expect((error as Error).constructor).toBe(CallbackError);
      expect(error).toMatchObject({ isTransient: true, cause: { code: 'ECONNREFUSED' } });
    });

    it('is a timeout when the connection is not accepted in time', async () => {
      await using listener = await fullListener();
      using under = start(listener.url, {}, 50);
      const error = await errorOf(operate(under));
      expect((error as Error).constructor).toBe(CallbackTimeoutError);
      expect(error).toMatchObject({ isTransient: true });
    });

    it('comes to the requests in flight when the client is closed', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.respond = () => 'never';
      const error = errorOf(operate(under));
      await expect.poll(() => endpoint.requests.length).toBe(1);
      under.client.close();
      expect(await error).toBeInstanceOf(CallbackError);
    });
  });
}
