import { type JsonObject } from '../fields/fields.js';

/** One request to the control plane. */
export interface ControlRequest {
  readonly method: string;
  /** The path, split at its slashes and decoded. */
  readonly segments: readonly string[];
  readonly searchParams: URLSearchParams;
  /** @throws {ControlError} 400: the body is not a JSON object */
  readonly json: () => JsonObject;
}

export interface ControlResponse {
  readonly status: number;
  readonly body?: JsonObject;
  /** Sent unmodified in place of a body. */
  readonly document?: { readonly contentType: string; readonly text: string };
}
