/** The request to an integration, after mapping. */
export type IntegrationRequest = HttpRequest | ForwardRequest | LambdaRequest | AwsRequest | MockRequest;

/** A request to an HTTP backend. */
export interface HttpRequest {
  readonly kind: 'http';
  readonly method: string;
  readonly url: URL;
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  /** Id of the VPC link; `undefined` for the Internet. */
  readonly vpcLinkId: string | undefined;
  readonly timeoutMs: number;
}

/** A client's request to an HTTP API that is passed on to an HTTP backend; without a `URL`, which is slow to create. */
export interface ForwardRequest {
  readonly kind: 'forward';
  /** `http://host[:port]` or `https://…` */
  readonly origin: string;
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  /** Flat list: name, value, …, with `Host`. */
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
  /** Id of the VPC link; `undefined` for the Internet. */
  readonly vpcLinkId: string | undefined;
  /** The name that the certificate of an `https` origin must have; by default that of the `Host` header. */
  readonly serverName: string | undefined;
  readonly timeoutMs: number;
}

/** An invocation of a Lambda function. */
export interface LambdaRequest {
  readonly kind: 'lambda';
  /** A name or an ARN, with or without an alias or version. */
  readonly functionName: string;
  /** JSON: the event of an `AWS_PROXY` integration, or the rendered template of an `AWS` integration. */
  readonly payload: string;
  /** Whether the function returns status, headers and body, or the body alone. */
  readonly isProxy: boolean;
  /** Form of a proxy's result: payload 2.0 of HTTP APIs; by default 1.0, which WebSocket APIs share. */
  readonly payloadFormat?: '2.0';
  readonly timeoutMs: number;
}

/** A request to the API of an AWS service, before it is signed. */
export interface AwsRequest {
  readonly kind: 'aws';
  /** As in the integration's URI: `sqs`, `dynamodb`, `s3`. */
  readonly service: string;
  readonly region: string;
  /** The label before the service in the host, such as a bucket's name. */
  readonly subdomain: string | undefined;
  /** The beginning of the service's own label: `sync-` of `sync-states`. */
  readonly hostPrefix?: string;
  readonly method: string;
  readonly path: string;
  /** Decoded names and values. */
  readonly query: readonly (readonly [string, string])[];
  /** Flat list: name, value, … */
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
  readonly timeoutMs: number;
}

/** No call: the response has this status and an empty body. */
export interface MockRequest {
  readonly kind: 'mock';
  readonly status: number;
}
