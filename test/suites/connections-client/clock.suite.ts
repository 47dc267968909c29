import { describe, expect, it } from 'vitest';
import { ForbiddenError } from '../../../src/nest/callback/callback.errors.js';
import { VerifyingEndpoint } from '../../support/verifying-endpoint.js';
import { errorOf, id, LONG_MS, type StartClient } from './client-under-test.js';

const HOUR_MS = 3_600_000;

/** A clock of this machine that differs from that of AWS. */
export function clockSuite(start: StartClient): void {
  describe('a wrong clock', () => {
    it.each([HOUR_MS, -HOUR_MS])('is corrected by the Date of the refusal: %d ms', async (aheadMs) => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.clockAheadMs = aheadMs;
      await under.post();
      expect(endpoint).toMatchObject({ refused: 1, requests: [{ method: 'POST' }] });
      expect(under.attempts.map(({ result }) => result)).toEqual(['forbidden', 'delivered']);
      await under.post();
      expect(endpoint.refused).toBe(1);
    });

    it('is corrected for every operation', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.respond = () => ({ body: '{}' });
      endpoint.clockAheadMs = HOUR_MS;
      await under.client.get(id, LONG_MS);
      endpoint.clockAheadMs = -HOUR_MS;
      await under.client.delete(id, LONG_MS);
      expect(endpoint.refused).toBe(2);
    });

    it('is corrected for requests that were in flight together', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.clockAheadMs = HOUR_MS;
      await Promise.all(Array.from({ length: 10 }, () => under.post()));
      expect(endpoint.requests).toHaveLength(10);
    });

    it('is corrected again when the clock is set right', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      for (const aheadMs of [HOUR_MS, 0, -HOUR_MS, 0]) {
        endpoint.clockAheadMs = aheadMs;
        await under.post();
      }
      expect(endpoint).toMatchObject({ refused: 4, requests: { length: 4 } });
    });

    it('is corrected once per request', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.clockAheadMs = HOUR_MS;
      endpoint.respond = () => ({ status: 403 });
      expect(await errorOf(under.post())).toBeInstanceOf(ForbiddenError);
      expect(under.attempts.map(({ result }) => result)).toEqual(['forbidden', 'forbidden']);
    });

    it('is not the reason for a refusal with the time of this machine', async () => {
      await using endpoint = await VerifyingEndpoint.start();
      using under = start(endpoint.url);
      endpoint.respond = () => ({ status: 403 });
      expect(await errorOf(under.post())).toBeInstanceOf(ForbiddenError);
      expect(endpoint.requests).toHaveLength(1);
    });
  });
}
