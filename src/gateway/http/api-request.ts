/** A client's request to an HTTP API, as the front has located it. The body is read later. */
export interface ApiRequest {
  readonly apiId: string;
  readonly method: string;
  /** Path and query, undecoded: what a signature covers. */
  readonly target: string;
  /** Decoded, from the API's root: with the stage, or with the base path of a custom domain name. */
  readonly path: string;
  /** Encoded, as sent, without `?`; empty without a query string. */
  readonly queryString: string;
  /** Flat list: name, value, …, unmodified. */
  readonly rawHeaders: readonly string[];
  /** The `Host` header; empty if there is none. */
  readonly host: string;
  /** The custom domain name by which the request came; absent for the API's own endpoint. */
  readonly customDomain: CustomDomain | undefined;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  readonly requestId: string;
  /** Milliseconds since 1970, by the gateway's clock. */
  readonly requestTime: number;
}

/** The API mapping of a custom domain name that a request matches. */
export interface CustomDomain {
  readonly stage: string;
  /** `v1/orders`; empty for the mapping without a path. */
  readonly basePath: string;
}

/** The values of a header, by its name in lower case. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const each = rawHeaders[index] ?? '';
    if (each.length === name.length && each.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}
