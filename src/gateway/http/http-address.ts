import { type CustomDomain } from './api-request.js';

/** The HTTP API that a request addresses. */
export interface HttpAddress {
  readonly apiId: string;
  /** From the API's root, decoded; `undefined` when it cannot be decoded. */
  readonly path: string | undefined;
  /** Encoded, without `?`. */
  readonly queryString: string;
  /** The API mapping by which the request came. */
  readonly customDomain: CustomDomain | undefined;
}
