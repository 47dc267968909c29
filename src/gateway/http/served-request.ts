import { type HttpGatewayResponse } from '../errors.js';
import { type BackendResponse } from '../integrations/backend-response.js';
import { type ApiEvent } from './api-event.js';
import { type ApiRequest } from './api-request.js';
import { type ApiResponse } from './api-response.js';

/** A request with its response, for the access log. */
export interface ServedRequest {
  readonly request: ApiRequest;
  readonly accountId: string;
  readonly stage: string;
  /** Absent when no route was selected. */
  readonly event: ApiEvent | undefined;
  readonly call: CallFacts;
  /** Present when the gateway generated the response. */
  readonly failure: Failure | undefined;
  readonly response: ApiResponse;
  /** From the request's headers to the response's last byte. */
  readonly latencyMs: number;
}

/** Facts of the integration's call, up to the step where it ended. */
export interface CallFacts {
  response?: BackendResponse;
  latencyMs?: number;
}

export interface Failure {
  readonly response: HttpGatewayResponse;
  readonly cause: unknown;
}
