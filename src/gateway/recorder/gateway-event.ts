import { type FaultSettings } from '../faults.js';

/**
 * One thing that happened in the gateway, step by step: the record that `GET /_gateway/events` returns. Secrets are
 * masked as `***`, unless the gateway was started with `--record-secrets`.
 */
export interface GatewayEvent {
  /** Counts up, in the order in which the events ended; from 1 after each start of the gateway. */
  readonly id: number;
  readonly type: EventType;
  /** When it began, by the gateway's clock: ISO 8601. */
  readonly time: string;
  /** When it began: milliseconds since the gateway started, in real time. Orders events that overlap. */
  readonly startedMs: number;
  /** In real time. */
  readonly durationMs: number;
  readonly apiId?: string;
  readonly stage?: string;
  readonly connectionId?: string;
  /** Absent when no route was selected. */
  readonly routeKey?: string;
  /** `$context.requestId`. */
  readonly requestId?: string;
  /** Only of a message. */
  readonly messageId?: string;
  readonly steps: readonly Step[];
  readonly outcome: Outcome;
}

/** The events that a reader wants: those that have all of these values. */
export type EventFilter = Readonly<
  Partial<Pick<GatewayEvent, 'type' | 'connectionId' | 'apiId' | 'stage' | 'routeKey' | 'requestId'>>
>;

export const EVENT_TYPES = [
  /** A WebSocket handshake, with `$connect`. */
  'handshake',
  /** A client's message. */
  'message',
  /** The end of a connection, with `$disconnect`. There is one for each call of it. */
  'close',
  /** A request to `@connections`. */
  'callback',
  /** A request to an HTTP API. */
  'http_request',
  /** A plain HTTP request that has no destination here. */
  'request',
  /** A request that changes a resource of the control plane. */
  'control',
  'clock',
  'faults',
  /** A request to an integration that was sent again, by `POST /_gateway/replay`. */
  'replay',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What became of the event. */
export interface Outcome {
  readonly result: Result;
  /** Of the response to the client, or of the integration's response if the client receives none. */
  readonly status?: number;
  /** Why it did not succeed. */
  readonly reason?: string;
}

export const RESULTS = [
  /** The handshake was accepted. */
  'connected',
  /** The client left before the handshake was accepted, or the backend may have accepted one that was refused. */
  'never_connected',
  /** A message: the client was sent the integration's response. */
  'replied',
  /** A message or a close: the integration's response was dropped. */
  'dropped',
  /** A message: the client was sent an error frame. */
  'error_frame',
  /** A message or a post: the frame could not be sent to the client. */
  'undelivered',
  /** A handshake or a request: it was refused. */
  'refused',
  /** A close: no integration was called. */
  'not_called',
  /** A close, or a request to an HTTP API: the integration failed. */
  'failed',
  /** A request or a command was served. */
  'done',
] as const;
export type Result = (typeof RESULTS)[number];

/** Name and value of each header, in the order and the spelling in which they are sent. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A body or a message: at most its first 16 KB. */
export interface Body {
  /** Its full length. */
  readonly bytes: number;
  readonly text: string;
  /** `text` is base64, because the bytes are not UTF-8. */
  readonly isBase64?: true;
  /** `text` is only the beginning. */
  readonly isCut?: true;
}

export type Step =
  /** The request that began the event. */
  | {
      readonly step: 'client_request';
      readonly method: string;
      /** Path and query. */
      readonly url: string;
      /** Absent for the control plane. */
      readonly headers?: HeaderList;
      /** That of a request to an HTTP API is a step of its own. */
      readonly body?: Body;
    }
  /** The client's message. */
  | { readonly step: 'frame'; readonly body: Body }
  /** Code and reason of the close, and why a client that the backend may have accepted was never connected. */
  | { readonly step: 'close'; readonly code: number; readonly reason: string; readonly cause?: string }
  /** The body of a request to an HTTP API, which is read once its route is selected; absent without a body. */
  | { readonly step: 'request_body'; readonly body: Body }
  /** The selection of the route; without a value if the message is not JSON. */
  | {
      readonly step: 'route';
      readonly expression: string;
      readonly value?: string;
      /** Absent if there is neither a route for the value nor `$default`. */
      readonly routeKey?: string;
    }
  /** The signature of a handshake or of a request: the signer's ARN, or why it was refused. */
  | { readonly step: 'signature'; readonly identity?: string; readonly reason?: string }
  | ({ readonly step: 'lambda_authorizer' } & AuthorizerCall)
  /** The check of a token by a JWT authorizer: the token's subject, or why it was refused. */
  | {
      readonly step: 'jwt_authorizer';
      readonly authorizerId: string;
      readonly issuer: string;
      readonly identitySource: { readonly source: string; readonly values: readonly string[] };
      readonly subject?: string;
      readonly reason?: string;
    }
  /** The API key of a handshake. */
  | { readonly step: 'api_key'; readonly apiKeyId?: string; readonly reason?: string }
  /** The check of a message by its route's model; `problem` if the message is not valid. */
  | { readonly step: 'model'; readonly problem?: string }
  | {
      readonly step: 'parameters';
      /** Response parameters of an HTTP API; absent for request parameters. */
      readonly direction?: 'response';
      readonly parameters: readonly RequestParameter[];
    }
  /** The key of a mapping template, and its output. */
  | {
      readonly step: 'template';
      readonly direction: 'request' | 'response';
      readonly key: string;
      readonly output: Body;
    }
  /** Where an HTTP request through a VPC link is sent. */
  | { readonly step: 'target'; readonly vpcLinkId: string; readonly origin: string }
  | IntegrationRequestStep
  /** The integration's response. */
  | {
      readonly step: 'integration_response';
      readonly status: number;
      readonly headers: HeaderList;
      readonly body: Body;
      readonly latencyMs: number;
    }
  /** The integration response that maps it. */
  | { readonly step: 'integration_response_key'; readonly key: string }
  /** The decision of an HTTP API's CORS configuration on the origin of a request. */
  | {
      readonly step: 'cors';
      /** Whether the gateway itself responds, because no route has the method OPTIONS. */
      readonly isPreflight: boolean;
      readonly origin: string;
      /** The value of `Access-Control-Allow-Origin`; absent if the origin is not allowed. */
      readonly allowedOrigin?: string;
    }
  /** The event failed or was rejected. */
  | {
      readonly step: 'failure';
      readonly reason: string;
      /** The place in the mapping template that failed. */
      readonly templateKey?: string;
      readonly line?: number;
      readonly column?: number;
    }
  /** An injected fault. */
  | { readonly step: 'fault'; readonly fault: string; readonly delayMs?: number }
  /** The response to the client. */
  | {
      readonly step: 'client_response';
      readonly status: number;
      readonly headers?: HeaderList;
      readonly body?: Body;
    }
  /** A message that was sent to the client. */
  | { readonly step: 'client_frame'; readonly body: Body }
  | { readonly step: 'clock'; readonly advancedMs: number; readonly now: string }
  | { readonly step: 'faults'; readonly faults: FaultSettings };

export interface AuthorizerCall {
  readonly authorizerId: string;
  readonly functionName: string;
  readonly identitySources: readonly { readonly source: string; readonly values: readonly string[] }[];
  /** The event for the function; absent if it was not called. */
  readonly request?: Body;
  /** The function's result: principal, policy and context. */
  readonly response?: Body;
  readonly latencyMs?: number;
  /** The function was not called: a stored decision was reused. */
  readonly isCached?: true;
  /** The decision of the policy; `denied` by a simple response. */
  readonly decision?: 'allowed' | 'implicitDeny' | 'explicitDeny' | 'denied';
}

export interface RequestParameter {
  /** `integration.request.header.ConnectionId`, or `append:header.NAME` of an HTTP API. */
  readonly destination: string;
  /** `context.connectionId`, or `$request.header.NAME` of an HTTP API. */
  readonly source: string;
  /** Empty if the source has no value: the parameter is not sent. */
  readonly values: readonly string[];
  readonly whyEmpty?: string;
}

type IntegrationRequestStep = { readonly step: 'integration_request' } & (
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly url: string;
      /** Without those that the HTTP client adds: `Connection`, `Content-Length`. It sends `Host` first. */
      readonly headers: HeaderList;
      readonly body?: Body;
    }
  | { readonly kind: 'lambda'; readonly functionName: string; readonly body: Body }
  /** Before it is signed. */
  | {
      readonly kind: 'aws';
      readonly service: string;
      readonly region: string;
      readonly method: string;
      readonly url: string;
      readonly headers: HeaderList;
      readonly body?: Body;
    }
  | { readonly kind: 'mock'; readonly status: number }
);
