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
  readonly AuthorizationType: 'NONE';
  readonly ApiKeyRequired: false;
  readonly OperationName?: string;
}

export interface Integration {
  readonly IntegrationId: string;
  readonly IntegrationType: 'HTTP_PROXY';
  readonly IntegrationMethod: string;
  readonly IntegrationUri: string;
  readonly ConnectionType: 'INTERNET' | 'VPC_LINK';
  /** Id of a v1 VPC link, or `${stageVariables.NAME}`. */
  readonly ConnectionId?: string;
  /** Destination → source, such as `integration.request.header.ConnectionId` → `context.connectionId`. */
  readonly RequestParameters?: Readonly<Record<string, string>>;
  readonly PassthroughBehavior: 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';
  readonly PayloadFormatVersion: '1.0';
  readonly TimeoutInMillis: number;
  readonly Description?: string;
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
