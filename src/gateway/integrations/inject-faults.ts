import { setTimeout } from 'node:timers/promises';
import { type Faults, type FaultyCall } from '../faults.js';
import { IntegrationFailedError, IntegrationTimedOutError } from './integration-errors.js';
import { type IntegrationRequest } from './integration-request.js';

/**
 * Injects the faults before an integration is called. A `MOCK` has none: it calls nothing.
 *
 * @returns the request with the rest of its timeout
 * @throws {IntegrationTimedOutError} the injected latency is not shorter than the timeout
 * @throws {IntegrationFailedError} the VPC link is down, or the call is one of those that fail
 */
export async function injectFaults<T extends IntegrationRequest>(
  request: T,
  faults: Faults,
  call: FaultyCall,
): Promise<T> {
  if (request.kind === 'mock') return request;
  const { timeoutMs } = request;
  const latencyMs = faults.integrationLatencyMs(call);
  if (latencyMs > 0) await setTimeout(Math.min(latencyMs, timeoutMs), undefined, { ref: false });
  if (latencyMs >= timeoutMs) throw new IntegrationTimedOutError(timeoutMs, injected(faults));
  const vpcLinkId = request.kind === 'http' || request.kind === 'forward' ? request.vpcLinkId : undefined;
  if (faults.failsIntegration(vpcLinkId, call)) {
    throw new IntegrationFailedError(targetOf(request), injected(faults));
  }
  return latencyMs === 0 ? request : { ...request, timeoutMs: timeoutMs - latencyMs };
}

/** Faults are injected before the request is sent. */
const injected = ({ setBy }: Faults) => ({
  cause: new Error(`injected by ${setBy}`),
  isOutcomeUnknown: false,
});

function targetOf(request: Exclude<IntegrationRequest, { kind: 'mock' }>): string {
  switch (request.kind) {
    case 'http':
      return request.url.origin;
    case 'forward':
      return request.origin;
    case 'lambda':
      return request.functionName;
    case 'aws':
      return request.service;
    default:
      return request satisfies never;
  }
}
