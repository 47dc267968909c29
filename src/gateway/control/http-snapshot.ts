import {
  type HttpRequestMapping,
  type HttpResponseMapping,
  type MappedValue,
  type MappingVariable,
} from '../mapping/http-parameters.js';
import { type RouteSettings } from './fields/stage-fields.js';

/**
 * The parts of an HTTP API (ProtocolType HTTP) that a deployment freezes and its stages serve: a later change has no
 * effect before the next one (H11.01). Everything is parsed here, once, so that a request costs only evaluation.
 *
 * The data plane of HTTP APIs (`gateway/http`) reads nothing else of the control plane, except the methods of
 * `HttpApis`.
 */
export interface HttpSnapshot {
  /** In any order; two routes never have the same method and the same parts (H2.05). */
  readonly routes: readonly HttpRoute[];
  /** Absent without a `CorsConfiguration`: then `access-control-*` headers of backends pass (H3.15). */
  readonly cors: HttpCors | undefined;
  /** `DisableExecuteApiEndpoint`: requests get 403 unless they come by a custom domain name (H1.16). */
  readonly isExecuteApiEndpointDisabled: boolean;
}

export interface HttpRoute {
  /** As the API names it: `GET /books/{id}`, `ANY /{proxy+}`, `$default`. */
  readonly routeKey: string;
  /** `undefined` for `$default`. */
  readonly pattern: RoutePattern | undefined;
  readonly authorization: HttpAuthorization;
  /** Absent when the route has no target; its requests get 500 (H2.20). */
  readonly integration: HttpIntegration | undefined;
}

/** Method and path of a route key. */
export interface RoutePattern {
  /** Upper case; `ANY` for all that no other route of the path has. */
  readonly method: string;
  /** None for `/`. */
  readonly parts: readonly RoutePart[];
}

/** One part of a route's path, between slashes. */
export type RoutePart =
  /** Compared with the decoded part of the request's path, with case. */
  | { readonly kind: 'literal'; readonly text: string }
  /** `{name}`: exactly one part that is not empty. */
  | { readonly kind: 'variable'; readonly name: string }
  /** `{name+}`, only the last part: the rest of the path. */
  | { readonly kind: 'greedy'; readonly name: string };

export type HttpAuthorization =
  { readonly kind: 'NONE' | 'AWS_IAM' } | JwtAuthorization | FunctionAuthorization;

/** A JWT authorizer, and what the route requires of its tokens (H9.01). */
export interface JwtAuthorization {
  readonly kind: 'JWT';
  readonly authorizerId: string;
  readonly identitySource: IdentitySource;
  /** As configured: a slash at the end counts (H9.05). */
  readonly issuer: string;
  /** A token must be for one of them. */
  readonly audience: readonly string[];
  /** `AuthorizationScopes` of the route: a token must have one of them; none accepts any valid token (H9.07). */
  readonly scopes: readonly string[];
}

/** A Lambda authorizer (H9.16). */
export interface FunctionAuthorization {
  readonly kind: 'CUSTOM';
  readonly authorizerId: string;
  /** The function's name or ARN, from the authorizer's URI; may contain `${stageVariables.NAME}`. */
  readonly functionName: string;
  readonly payloadFormatVersion: '1.0' | '2.0';
  /** Whether the function returns `{isAuthorized}` rather than a policy (H9.26). */
  readonly hasSimpleResponses: boolean;
  /** How long a decision is reused; 0 for never. */
  readonly ttlSeconds: number;
  /** In order: part of the key under which a decision is stored. If one is missing, the function is not called. */
  readonly identitySources: readonly IdentitySource[];
}

export interface IdentitySource {
  /** `$request.header.Authorization` */
  readonly text: string;
  readonly variable: MappingVariable;
}

export type HttpIntegration = UrlIntegration | PrivateIntegration | FunctionIntegration | ServiceIntegration;

/** What all integrations have. */
interface IntegrationBase {
  /** In the order of the API's map. */
  readonly requestParameters: readonly HttpRequestMapping[];
  /** By the status of the backend's response (H8.23). */
  readonly responseParameters: ReadonlyMap<number, readonly HttpResponseMapping[]>;
  /** 50 to 30,000 (H4.24). */
  readonly timeoutMs: number;
}

/** `HTTP_PROXY` over the Internet (H4). */
export interface UrlIntegration extends IntegrationBase {
  readonly kind: 'url';
  /** Upper case; `ANY` passes the client's on (H4.09). */
  readonly method: string;
  /** `http://…` or `https://…`; may contain `{NAME}` of the route's path variables and `${stageVariables.NAME}`. */
  readonly uri: string;
}

/** `HTTP_PROXY` through a v2 VPC link (H5). */
export interface PrivateIntegration extends IntegrationBase {
  readonly kind: 'private';
  /** Upper case; `ANY` passes the client's on. */
  readonly method: string;
  /**
   * ARN of a listener of an application or network load balancer, or of a Cloud Map service, the latter possibly with a
   * query string that filters instances (H5.09). May contain `${stageVariables.NAME}`.
   */
  readonly uri: string;
  /** Id of a v2 VPC link, possibly `${stageVariables.NAME}`. */
  readonly vpcLinkId: string;
  /** Present with `TlsConfig`: the request is sent over TLS (H5.03). */
  readonly tls: { readonly serverNameToVerify: string | undefined } | undefined;
}

/** `AWS_PROXY` without a subtype: a Lambda function (H6). */
export interface FunctionIntegration extends IntegrationBase {
  readonly kind: 'function';
  /** The function's ARN, or `arn:…:lambda:path/…/functions/{ARN}/invocations`; may contain `${stageVariables.NAME}`. */
  readonly uri: string;
  readonly payloadFormatVersion: '1.0' | '2.0';
}

/** `AWS_PROXY` with a subtype: an action of an AWS service (H7). Its request parameters are those of the action. */
export interface ServiceIntegration extends IntegrationBase {
  readonly kind: 'service';
  /** `SQS-SendMessage` */
  readonly subtype: string;
  /** By the action's names, in the order of the API's map. */
  readonly parameters: ReadonlyMap<string, ServiceParameter>;
}

export interface ServiceParameter {
  /** As it was written. */
  readonly text: string;
  readonly value: ServiceValue;
}

/** A text; or a JSON document, each of whose strings is a text (H7.02, H7.04). */
export type ServiceValue =
  | { readonly kind: 'text'; readonly value: MappedValue }
  | { readonly kind: 'document'; readonly root: DocumentPart };

export type DocumentPart =
  | { readonly kind: 'text'; readonly value: MappedValue }
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, DocumentPart])[] }
  | { readonly kind: 'list'; readonly items: readonly DocumentPart[] };

/** `CorsConfiguration` (H3.01). Lists are empty when the field is absent. */
export interface HttpCors {
  /** `*`, `https://*`, `http://*`, or origins `scheme://host[:port]`. */
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds; `undefined` when the field is absent. */
  readonly maxAge: number | undefined;
  readonly allowCredentials: boolean;
}

/** A stage of an HTTP API as it is served: the deployment, and what acts without one (H11.01). */
export interface ServedHttpStage {
  /** The same object until the stage is changed. */
  readonly stageVariables: Readonly<Record<string, string>>;
  /** The same object until the next deployment; `undefined` when nothing is deployed to the stage (H1.06). */
  readonly snapshot: HttpSnapshot | undefined;
  /** The stage's default settings, overlaid by those for the route key. */
  readonly routeSettings: (routeKey: string) => RouteSettings;
  /** Absent when nothing is logged. */
  readonly accessLog: { readonly format: string } | undefined;
}

/** What the data plane of HTTP APIs reads of the control plane. */
export interface HttpApis {
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** Whether an API with this id has the ProtocolType HTTP. */
  isHttpApi(apiId: string): boolean;
  /** @returns `undefined` when the API is not an HTTP API, or has no such stage; `$default` is a stage's name */
  httpStage(apiId: string, stageName: string): ServedHttpStage | undefined;
  /**
   * The stage of an HTTP API behind a custom domain name: of the longest mapping whose key is the beginning of the path,
   * whole parts compared, else of the one without a key (H1.11).
   *
   * @param host with or without a port
   * @param path decoded, with a slash in front
   * @returns `undefined` when no mapping matches, or the one that does is not for an HTTP API
   */
  httpMapping(host: string, path: string): MappedHttpStage | undefined;
}

export interface MappedHttpStage {
  readonly apiId: string;
  readonly stage: string;
  /** The mapping's key, such as `v1/orders`; empty for the mapping without one. */
  readonly basePath: string;
}
