import { GetAccountCommand, GetVpcLinkCommand } from '@aws-sdk/client-api-gateway';
import {
  GetApiCommand,
  GetDeploymentCommand,
  GetIntegrationsCommand,
  GetRouteResponsesCommand,
  GetRoutesCommand,
  GetStagesCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type AwsClients } from './clients.js';
import { allPages } from './pages.js';
import { read, type SdkError } from './read.js';

/** Settings of API Gateway that the account has once for each Region. */
export interface GatewayAccount {
  readonly logRoleArn: string | undefined;
  /** Requests per second of all APIs and callbacks together. */
  readonly rateLimit: number | undefined;
  readonly burstLimit: number | undefined;
}

export interface Api {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly selectionExpression: string;
  readonly apiKeySelectionExpression: string;
  readonly ipAddressType: string | undefined;
  /** `wss://…` without a stage. */
  readonly endpoint: string;
  readonly isDefaultEndpointDisabled: boolean;
}

export interface RouteSettings {
  readonly rateLimit: number | undefined;
  readonly burstLimit: number | undefined;
  readonly loggingLevel: string | undefined;
}

export interface Stage {
  readonly name: string;
  readonly deploymentId: string | undefined;
  readonly isAutoDeployed: boolean;
  readonly lastDeploymentMessage: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly accessLogFormat: string | undefined;
  readonly defaultSettings: RouteSettings;
  /** By route key. */
  readonly routeSettings: Readonly<Record<string, RouteSettings>>;
}

export interface Route {
  readonly id: string;
  readonly key: string;
  readonly integrationId: string | undefined;
  readonly authorization: string;
  readonly isApiKeyRequired: boolean;
  /** `route.request.…`, as declared. */
  readonly declaredParameters: readonly string[];
  readonly responseSelectionExpression: string | undefined;
}

export interface Integration {
  readonly id: string;
  readonly type: string;
  readonly method: string | undefined;
  readonly uri: string | undefined;
  readonly isPrivate: boolean;
  readonly vpcLinkId: string | undefined;
  /** Destination → source. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A VPC link of v1. */
export interface VpcLink {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusMessage: string | undefined;
  readonly targetArns: readonly string[];
}

const GET_API = 'apigateway:GET /apis';

export const readAccount = ({ apiGateway }: AwsClients): Promise<GatewayAccount> =>
  read('apigateway:GET /account', async () => {
    const { cloudwatchRoleArn, throttleSettings } = await apiGateway.send(new GetAccountCommand());
    return {
      logRoleArn: cloudwatchRoleArn,
      rateLimit: throttleSettings?.rateLimit,
      burstLimit: throttleSettings?.burstLimit,
    };
  });

/** @returns `undefined` if the Region has no such API */
export const readApi = ({ apiGatewayV2 }: AwsClients, id: string): Promise<Api | undefined> =>
  read(GET_API, async () => {
    const api = await orUndefined(apiGatewayV2.send(new GetApiCommand({ ApiId: id })));
    return (
      api && {
        id,
        name: api.Name ?? '',
        protocol: api.ProtocolType ?? '',
        selectionExpression: api.RouteSelectionExpression ?? '',
        apiKeySelectionExpression: api.ApiKeySelectionExpression ?? '',
        ipAddressType: api.IpAddressType,
        endpoint: api.ApiEndpoint ?? '',
        isDefaultEndpointDisabled: api.DisableExecuteApiEndpoint === true,
      }
    );
  });

export const readStages = ({ apiGatewayV2 }: AwsClients, apiId: string): Promise<readonly Stage[]> =>
  read(GET_API, async () => {
    const stages = await allPages(async (NextToken) => {
      const page = await apiGatewayV2.send(new GetStagesCommand({ ApiId: apiId, NextToken }));
      return { items: page.Items, next: page.NextToken };
    });
    return stages.map((stage) => ({
      name: stage.StageName ?? '',
      deploymentId: stage.DeploymentId,
      isAutoDeployed: stage.AutoDeploy === true,
      lastDeploymentMessage: stage.LastDeploymentStatusMessage,
      variables: stage.StageVariables ?? {},
      accessLogFormat: stage.AccessLogSettings?.Format,
      defaultSettings: routeSettings(stage.DefaultRouteSettings),
      routeSettings: Object.fromEntries(
        Object.entries(stage.RouteSettings ?? {}).map(([key, settings]) => [key, routeSettings(settings)]),
      ),
    }));
  });

const routeSettings = (
  settings:
    | {
        readonly ThrottlingRateLimit?: number | undefined;
        readonly ThrottlingBurstLimit?: number | undefined;
        readonly LoggingLevel?: string | undefined;
      }
    | undefined,
): RouteSettings => ({
  rateLimit: settings?.ThrottlingRateLimit,
  burstLimit: settings?.ThrottlingBurstLimit,
  loggingLevel: settings?.LoggingLevel,
});

export const readRoutes = ({ apiGatewayV2 }: AwsClients, apiId: string): Promise<readonly Route[]> =>
  read(GET_API, async () => {
    const routes = await allPages(async (NextToken) => {
      const page = await apiGatewayV2.send(new GetRoutesCommand({ ApiId: apiId, NextToken }));
      return { items: page.Items, next: page.NextToken };
    });
    return routes.map((route) => ({
      id: route.RouteId ?? '',
      key: route.RouteKey ?? '',
      integrationId: route.Target?.replace(/^integrations\//, ''),
      authorization: route.AuthorizationType ?? 'NONE',
      isApiKeyRequired: route.ApiKeyRequired === true,
      declaredParameters: Object.keys(route.RequestParameters ?? {}),
      responseSelectionExpression: route.RouteResponseSelectionExpression,
    }));
  });

export const readIntegrations = (
  { apiGatewayV2 }: AwsClients,
  apiId: string,
): Promise<readonly Integration[]> =>
  read(GET_API, async () => {
    const integrations = await allPages(async (NextToken) => {
      const page = await apiGatewayV2.send(new GetIntegrationsCommand({ ApiId: apiId, NextToken }));
      return { items: page.Items, next: page.NextToken };
    });
    return integrations.map((integration) => ({
      id: integration.IntegrationId ?? '',
      type: integration.IntegrationType ?? '',
      method: integration.IntegrationMethod,
      uri: integration.IntegrationUri,
      isPrivate: integration.ConnectionType === 'VPC_LINK',
      vpcLinkId: integration.ConnectionId,
      parameters: integration.RequestParameters ?? {},
      templates: integration.RequestTemplates ?? {},
      timeoutMs: integration.TimeoutInMillis ?? 29_000,
    }));
  });

/** @returns the keys of the route's responses */
export const readRouteResponseKeys = (
  { apiGatewayV2 }: AwsClients,
  apiId: string,
  routeId: string,
): Promise<readonly string[]> =>
  read(GET_API, async () => {
    const responses = await allPages(async (NextToken) => {
      const input = { ApiId: apiId, RouteId: routeId, NextToken };
      const page = await apiGatewayV2.send(new GetRouteResponsesCommand(input));
      return { items: page.Items, next: page.NextToken };
    });
    return responses.map(({ RouteResponseKey = '' }) => RouteResponseKey);
  });

export const readDeploymentDate = (
  { apiGatewayV2 }: AwsClients,
  apiId: string,
  deploymentId: string,
): Promise<Date | undefined> =>
  read(GET_API, async () => {
    const input = { ApiId: apiId, DeploymentId: deploymentId };
    const deployment = await orUndefined(apiGatewayV2.send(new GetDeploymentCommand(input)));
    return deployment?.CreatedDate;
  });

/** @returns `undefined` if there is no link of v1 with this id */
export const readVpcLink = ({ apiGateway }: AwsClients, id: string): Promise<VpcLink | undefined> =>
  read('apigateway:GET /vpclinks', async () => {
    const link = await orUndefined(apiGateway.send(new GetVpcLinkCommand({ vpcLinkId: id })));
    return (
      link && {
        id,
        name: link.name ?? '',
        status: link.status ?? '',
        statusMessage: link.statusMessage,
        targetArns: link.targetArns ?? [],
      }
    );
  });

/** A resource that does not exist is an answer, not an error. */
async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as SdkError).name === 'NotFoundException') return undefined;
    throw error;
  }
}
