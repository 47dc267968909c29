/**
 * The resources that the control plane keeps, in AWS's own field names (the wire spells them in lowerCamelCase).
 * Dates are ISO 8601 in whole seconds, as AWS's are.
 *
 * @see https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html
 */

export interface Api {
  readonly ApiId: string;
  readonly Name: string;
  readonly Description?: string;
  readonly ProtocolType: 'WEBSOCKET';
  readonly RouteSelectionExpression: string;
  readonly ApiKeySelectionExpression: string;
  readonly ApiEndpoint: string;
  readonly DisableExecuteApiEndpoint: boolean;
  readonly DisableSchemaValidation?: boolean;
  readonly IpAddressType: 'ipv4' | 'dualstack';
  readonly Version?: string;
  readonly Tags?: Readonly<Record<string, string>>;
  readonly CreatedDate: string;
}

export interface Route {
  readonly RouteId: string;
  readonly RouteKey: string;
  /** `integrations/{IntegrationId}` */
  readonly Target?: string;
  /** `route.request.querystring.NAME` and the like: what an integration may read from the `$connect` request. */
  readonly RequestParameters?: Readonly<Record<string, { readonly Required: boolean }>>;
  readonly AuthorizationType: 'NONE' | 'AWS_IAM' | 'CUSTOM';
  /** Only with `CUSTOM`. */
  readonly AuthorizerId?: string;
  readonly ApiKeyRequired: boolean;
  readonly OperationName?: string;
  /** Value of `ModelSelectionExpression`, or `$default`, → name of a model. */
  readonly RequestModels?: Readonly<Record<string, string>>;
  readonly ModelSelectionExpression?: string;
  /** Only `$default`. */
  readonly RouteResponseSelectionExpression?: string;
}

/** Makes its route two-way. */
export interface RouteResponse {
  readonly RouteResponseId: string;
  /** Only `$default`. */
  readonly RouteResponseKey: string;
  readonly ModelSelectionExpression?: string;
  readonly ResponseModels?: Readonly<Record<string, string>>;
  readonly ResponseParameters?: Readonly<Record<string, { readonly Required: boolean }>>;
}

export interface Integration {
  readonly IntegrationId: string;
  readonly IntegrationType: 'HTTP' | 'HTTP_PROXY' | 'MOCK' | 'AWS' | 'AWS_PROXY';
  /** Not of `MOCK`. */
  readonly IntegrationMethod?: string;
  /** Not of `MOCK`. An http(s) URL, or `arn:aws:apigateway:{region}:{service}:…`. */
  readonly IntegrationUri?: string;
  readonly ConnectionType: 'INTERNET' | 'VPC_LINK';
  /** Id of a v1 VPC link, or `${stageVariables.NAME}`. */
  readonly ConnectionId?: string;
  /** Destination → source, such as `integration.request.header.ConnectionId` → `context.connectionId`. */
  readonly RequestParameters?: Readonly<Record<string, string>>;
  readonly PassthroughBehavior: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  readonly PayloadFormatVersion: '1.0';
  readonly TimeoutInMillis: number;
  readonly Description?: string;
  readonly CredentialsArn?: string;
  readonly ContentHandlingStrategy?: ContentHandlingStrategy;
  /** Template key → VTL; of non-proxy integrations only. */
  readonly RequestTemplates?: Readonly<Record<string, string>>;
  readonly TemplateSelectionExpression?: string;
  /** Given by AWS, never set: which part of the answer selects an integration response. */
  readonly IntegrationResponseSelectionExpression?: string;
}

export type ContentHandlingStrategy = 'CONVERT_TO_BINARY' | 'CONVERT_TO_TEXT';

/** How one kind of answer of a non-proxy integration is turned into the route's. */
export interface IntegrationResponse {
  readonly IntegrationResponseId: string;
  /** `$default`, or a regular expression between slashes, such as `/4\\d\\d/`. */
  readonly IntegrationResponseKey: string;
  readonly ContentHandlingStrategy?: ContentHandlingStrategy;
  /** `method.response.header.NAME` or `route.response.header.NAME` → source. */
  readonly ResponseParameters?: Readonly<Record<string, string>>;
  /** Template key → VTL. */
  readonly ResponseTemplates?: Readonly<Record<string, string>>;
  readonly TemplateSelectionExpression?: string;
}

export interface Authorizer {
  readonly AuthorizerId: string;
  readonly Name: string;
  readonly AuthorizerType: 'REQUEST';
  /** `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function-arn}/invocations` */
  readonly AuthorizerUri: string;
  readonly AuthorizerCredentialsArn?: string;
  /** `route.request.header.NAME`, `route.request.querystring.NAME`, `stageVariables.NAME`, `context.NAME` */
  readonly IdentitySource: readonly string[];
  /** "This parameter is not used", says AWS's model. */
  readonly IdentityValidationExpression?: string;
}

/** A JSON schema (draft 4) that a route's messages can be held to. */
export interface Model {
  readonly ModelId: string;
  readonly Name: string;
  readonly ContentType?: string;
  readonly Description?: string;
  readonly Schema: string;
}

/** An API key of the REST control plane (v1). */
export interface ApiKey {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly customerId?: string;
  readonly value: string;
  readonly enabled: boolean;
  /** Seconds since 1970, as v1 writes its dates; so is the next. */
  readonly createdDate: number;
  readonly lastUpdatedDate: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Which stages a plan's API keys open, and how fast (v1). */
export interface UsagePlan {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly apiStages: readonly { readonly apiId: string; readonly stage: string }[];
  /** Requests at once, and per second; what is not set limits nothing. */
  readonly throttle?: { readonly burstLimit?: number; readonly rateLimit?: number };
  /** Kept and given back; nothing is counted. */
  readonly quota?: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A host name of the user's own; the stages behind it are given by its mappings. */
export interface DomainName {
  readonly DomainName: string;
  readonly DomainNameArn: string;
  readonly DomainNameConfigurations: readonly Readonly<Record<string, unknown>>[];
  readonly ApiMappingSelectionExpression: '$request.basepath';
  readonly RoutingMode: 'API_MAPPING_ONLY';
  readonly Tags: Readonly<Record<string, string>>;
}

export interface ApiMapping {
  readonly ApiMappingId: string;
  readonly ApiId: string;
  readonly Stage: string;
  /** First segment of the path; empty for all others. */
  readonly ApiMappingKey: string;
}

export interface Deployment {
  readonly DeploymentId: string;
  readonly DeploymentStatus: 'DEPLOYED';
  readonly AutoDeployed: boolean;
  readonly Description?: string;
  readonly CreatedDate: string;
}

export interface Stage {
  readonly StageName: string;
  readonly DeploymentId?: string;
  readonly Description?: string;
  readonly StageVariables: Readonly<Record<string, string>>;
  readonly AutoDeploy: boolean;
  /** How the last automatic deployment went; only with `AutoDeploy`. */
  readonly LastDeploymentStatusMessage?: string;
  /** Where and in which form each event is logged; the local gateway writes to standard output, whatever the ARN. */
  readonly AccessLogSettings?: { readonly DestinationArn: string; readonly Format: string };
  /** What an https integration is shown; kept and given back. */
  readonly ClientCertificateId?: string;
  readonly DefaultRouteSettings: RouteSettings;
  /** By route key. */
  readonly RouteSettings: Readonly<Record<string, RouteSettings>>;
  readonly Tags: Readonly<Record<string, string>>;
  readonly CreatedDate: string;
  readonly LastUpdatedDate: string;
}

export interface RouteSettings {
  readonly DataTraceEnabled?: boolean;
  readonly DetailedMetricsEnabled?: boolean;
  readonly LoggingLevel?: 'ERROR' | 'INFO' | 'OFF';
  readonly ThrottlingBurstLimit?: number;
  readonly ThrottlingRateLimit?: number;
}

/** A VPC link of the REST control plane (v1): the only kind that WebSocket APIs can use. */
export interface VpcLink {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** ARN of the network load balancer; AWS takes exactly one. */
  readonly targetArns: readonly [string];
  readonly status: 'AVAILABLE';
  readonly tags: Readonly<Record<string, string>>;
}
