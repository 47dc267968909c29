import { describe, expect, it } from 'vitest';
import { Faults, type FaultSettings } from '../../../src/gateway/faults.js';
import { type HttpRequest } from '../../../src/gateway/integrations/integration-request.js';
import { injectFaults } from '../../../src/gateway/integrations/inject-faults.js';

const REQUEST: HttpRequest = {
  kind: 'http',
  method: 'POST',
  url: new URL('http://backend/message'),
  headers: [],
  body: '',
  vpcLinkId: 'link',
  timeoutMs: 1_000,
};

const CALL = { connectionId: 'a', routeKey: '$default' };

function faultsWith(settings: FaultSettings): Faults {
  const faults = new Faults();
  faults.set(settings, 'a test');
  return faults;
}

it('returns the unmodified request without faults', async () => {
  expect(await injectFaults(REQUEST, new Faults(), CALL)).toEqual(REQUEST);
});

describe('latency', () => {
  it('reduces the timeout', async () => {
    const startedAt = performance.now();
    const { timeoutMs } = await injectFaults(REQUEST, faultsWith({ latencyMs: { integration: 40 } }), CALL);
    // Node's timers may be early by a millisecond
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(39);
    expect(timeoutMs).toBe(960);
  });

  it('is a timeout if it is not shorter than the timeout', async () => {
    const startedAt = performance.now();
    const faults = faultsWith({ latencyMs: { integration: 29_000 } });
    await expect(injectFaults({ ...REQUEST, timeoutMs: 50 }, faults, CALL)).rejects.toMatchObject({
      name: 'IntegrationTimedOutError',
    });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
  });
});

describe('a request fails', () => {
  it.each([
    ['through a VPC link that is down', { vpcLinkDown: ['link'] }],
    ['with integrationFailure at rate 1', { integrationFailure: { rate: 1 } }],
  ])('%s', async (_, settings) => {
    await expect(injectFaults(REQUEST, faultsWith(settings), CALL)).rejects.toMatchObject({
      name: 'IntegrationFailedError',
      message: 'the integration at http://backend sent no response: injected by a test',
    });
  });

  it.each([
    ['through another VPC link', REQUEST, { vpcLinkDown: ['other'] }],
    ['to the Internet', { ...REQUEST, vpcLinkId: undefined }, { vpcLinkDown: ['*'] }],
    [
      'to a MOCK',
      { kind: 'mock', status: 200 } as const,
      { integrationFailure: { rate: 1 }, latencyMs: { integration: 29_000 } },
    ],
  ])('not %s', async (_, request, settings) => {
    expect(await injectFaults(request, faultsWith(settings), CALL)).toEqual(request);
  });
});
