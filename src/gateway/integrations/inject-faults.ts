import { setTimeout } from 'node:timers/promises';
import { type Faults } from '../faults.js';
import { IntegrationFailedError, IntegrationTimedOutError } from './integration-errors.js';
import { type IntegrationRequest } from '../websocket/steps/map-request.js';

/**
 * Lets an integration suffer what `PUT /_gateway/faults` asks for, before it is called. A `MOCK` calls nobody.
 *
 * @returns the request with what is left of its timeout
 * @throws {IntegrationTimedOutError} the latency is as long as the timeout
 * @throws {IntegrationFailedError} its VPC link is down, or it was drawn to fail
 */
export async function meetFaults<T extends IntegrationRequest>(request: T, faults: Faults): Promise<T> {
  if (request.kind === 'mock') return request;
  const { timeoutMs } = request;
  const latencyMs = faults.latencyMs('integration');
  if (latencyMs > 0) await setTimeout(Math.min(latencyMs, timeoutMs), undefined, { ref: false });
  if (latencyMs >= timeoutMs) throw new IntegrationTimedOutError(timeoutMs, { cause: asked() });
  const vpcLinkId = request.kind === 'http' ? request.vpcLinkId : undefined;
  if (faults.failsIntegration(vpcLinkId)) {
    throw new IntegrationFailedError(targetOf(request), { cause: asked() });
  }
  return latencyMs === 0 ? request : { ...request, timeoutMs: timeoutMs - latencyMs };
}

const asked = () => new Error('PUT /_gateway/faults asked for it');

function targetOf(request: Exclude<IntegrationRequest, { kind: 'mock' }>): string {
  switch (request.kind) {
    case 'http':
      return request.url.origin;
    case 'lambda':
      return request.functionName;
    case 'aws':
      return request.service;
    default:
      return request satisfies never;
  }
}
