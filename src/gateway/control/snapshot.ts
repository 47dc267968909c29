import '../linear-patterns.js';
import {
  type ParameterMapping,
  parseParameterMapping,
  parseSource,
  type Source,
} from '../mapping/request-parameters.js';
import { parseResponseMapping, type ResponseSource } from '../mapping/response-parameters.js';
import {
  parseSelectionExpression,
  type SelectionExpression,
  type SelectionScope,
} from '../mapping/selection-expression.js';
import { declarationsFor } from '../silent/mapping-choices.js';
import { type Api } from './fields/api-fields.js';
import { type Authorizer } from './fields/authorizer-fields.js';
import { type Integration } from './fields/integration-fields.js';
import { type IntegrationResponse } from './fields/integration-response-fields.js';
import { type Model } from './fields/model-fields.js';
import { type Route } from './fields/route-fields.js';
import { type RouteResponse } from './fields/route-response-fields.js';
import { type ContentHandlingStrategy } from './fields/shared-fields.js';

/**
 * The parts of an API that a deployment freezes and its stages serve: a later change has no effect before the next one.
 * Everything is parsed here, once, so that a frame costs only evaluation.
 */
export interface Snapshot {
  readonly routeSelection: SelectionExpression;
  /** Selects the client's API key on `$connect`. */
  readonly apiKeySelection: SelectionExpression;
  readonly routes: ReadonlyMap<string, DeployedRoute>;
}

export interface DeployedRoute {
  readonly routeKey: string;
  /** Sources that the `$connect` request must have, such as `route.request.querystring.token`. */
  readonly requiredParameters: readonly string[];
  /** `NONE` except on `$connect`. */
  readonly authorization: Authorization;
  /** Only on `$connect`. */
  readonly isApiKeyRequired: boolean;
  /** JSON schemas by which messages are checked, by the selection's value or `$default`. */
  readonly models?: {
    readonly selection: SelectionExpression;
    readonly schemas: ReadonlyMap<string, object>;
  };
  /** Whether the integration's response is sent to the client: the route has a response `$default`. */
  readonly isTwoWay: boolean;
  /** Absent when the route has no target; the response to its frames is `Internal server error`. */
  readonly integration?: DeployedIntegration;
}

export type Authorization =
  | { readonly kind: 'NONE' | 'AWS_IAM' }
  | {
      readonly kind: 'CUSTOM';
      readonly authorizerId: string;
      /** The function's name or ARN, from the authorizer's URI; may contain `${stageVariables.NAME}`. */
      readonly functionName: string;
      /** If one is missing, the function is not called. */
      readonly identitySources: readonly { readonly text: string; readonly source: Source }[];
    };

export interface DeployedIntegration {
  readonly type: Integration['IntegrationType'];
  /** Empty for `MOCK`. */
  readonly method: string;
  /** May contain `${stageVariables.NAME}`; empty for `MOCK`. */
  readonly uri: string;
  /** Id of the v1 VPC link, possibly `${stageVariables.NAME}`; `undefined` for the Internet. */
  readonly vpcLinkId: string | undefined;
  readonly parameters: readonly ParameterMapping[];
  /** Not evaluated, because the route does not declare their source. */
  readonly undeclared: readonly ParameterMapping[];
  readonly timeoutMs: number;
  readonly passthrough: Integration['PassthroughBehavior'];
  readonly contentHandling: ContentHandlingStrategy | undefined;
  readonly requestTemplates: Templates;
  /** In matching order, `$default` last; none for proxies. */
  readonly responses: readonly DeployedIntegrationResponse[];
}

export interface DeployedIntegrationResponse {
  readonly key: string;
  /** `undefined` for `$default`, which matches when no other response does. */
  readonly pattern: RegExp | undefined;
  readonly contentHandling: ContentHandlingStrategy | undefined;
  /** Name of a header of the handshake's response → its source. */
  readonly headers: ReadonlyMap<string, ResponseSource>;
  readonly templates: Templates;
}

/** Templates (VTL) by key, and the expression that selects the key. */
export interface Templates {
  readonly selection: SelectionExpression | undefined;
  readonly byKey: ReadonlyMap<string, string>;
}

/** The resources of one API that a deployment freezes, each by its id. */
export interface Deployable {
  readonly api: Api;
  readonly routes: ReadonlyMap<string, Route>;
  /** By the route's id. */
  readonly routeResponses: ReadonlyMap<string, ReadonlyMap<string, RouteResponse>>;
  readonly integrations: ReadonlyMap<string, Integration>;
  /** By the integration's id. */
  readonly integrationResponses: ReadonlyMap<string, ReadonlyMap<string, IntegrationResponse>>;
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly models: ReadonlyMap<string, Model>;
}

/** @throws {ExpressionError} an expression that is not valid; the control plane refuses those before */
export function takeSnapshot(resources: Deployable): Snapshot {
  const routes = resources.routes
    .values()
    .map((route) => [route.RouteKey, deployRoute(route, resources)] as const);
  return {
    routeSelection: parseSelectionExpression(resources.api.RouteSelectionExpression),
    apiKeySelection: parseSelectionExpression(resources.api.ApiKeySelectionExpression, 'apiKey'),
    routes: new Map(routes),
  };
}

/** `integrations/abc123` → `abc123` */
export function integrationId(target: string | undefined): string | undefined {
  return target?.match(/^integrations\/([a-z0-9]+)$/)?.[1];
}

/** `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations` → `{function}` */
export function functionOf(uri: string): string | undefined {
  return uri.match(/^arn:[^:]+:apigateway:[^:]*:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/)?.[1];
}

function deployRoute(route: Route, resources: Deployable): DeployedRoute {
  const integration = resources.integrations.get(integrationId(route.Target) ?? '');
  const models = deployModels(route, resources);
  return {
    routeKey: route.RouteKey,
    requiredParameters: Object.entries(route.RequestParameters ?? {})
      .filter(([, { Required }]) => Required)
      .map(([source]) => source),
    authorization: deployAuthorization(route, resources),
    isApiKeyRequired: route.ApiKeyRequired,
    ...(models && { models }),
    // recorded: the route response is enough, whatever RouteResponseSelectionExpression says
    isTwoWay: (resources.routeResponses.get(route.RouteId)?.size ?? 0) > 0,
    ...(integration && { integration: deployIntegration(integration, route, resources) }),
  };
}

function deployAuthorization(route: Route, resources: Deployable): Authorization {
  const authorizer = resources.authorizers.get(route.AuthorizerId ?? '');
  if (route.AuthorizationType !== 'CUSTOM') return { kind: route.AuthorizationType };
  if (authorizer === undefined)
    throw new Error(`route ${route.RouteKey} has no authorizer ${route.AuthorizerId}`);
  return {
    kind: 'CUSTOM',
    authorizerId: authorizer.AuthorizerId,
    functionName: functionOf(authorizer.AuthorizerUri) ?? authorizer.AuthorizerUri,
    identitySources: authorizer.IdentitySource.map((text) => ({ text, source: parseSource(text) })),
  };
}

function deployModels(route: Route, resources: Deployable): DeployedRoute['models'] {
  const modelNames = Object.entries(route.RequestModels ?? {});
  if (modelNames.length === 0 || resources.api.DisableSchemaValidation) return undefined;
  const byName = new Map(
    resources.models.values().map(({ Name, Schema }) => [Name, JSON.parse(Schema) as object]),
  );
  return {
    selection: parseSelectionExpression(route.ModelSelectionExpression ?? '\\$default', 'request'),
    schemas: new Map(modelNames.map(([key, name]) => [key, byName.get(name) ?? {}])),
  };
}

function deployIntegration(
  integration: Integration,
  route: Route,
  resources: Deployable,
): DeployedIntegration {
  const declared = new Set(Object.keys(route.RequestParameters ?? {}));
  const mappings = Object.entries(integration.RequestParameters ?? {}).map(([destination, source]) =>
    parseParameterMapping(destination, source),
  );
  const responses = resources.integrationResponses.get(integration.IntegrationId)?.values() ?? [];
  return {
    type: integration.IntegrationType,
    method: integration.IntegrationMethod ?? '',
    uri: integration.IntegrationUri ?? '',
    vpcLinkId: integration.ConnectionType === 'VPC_LINK' ? integration.ConnectionId : undefined,
    parameters: mappings.filter(({ source }) => isDeclared(source, declared)),
    undeclared: mappings.filter(({ source }) => !isDeclared(source, declared)),
    timeoutMs: integration.TimeoutInMillis,
    passthrough: integration.PassthroughBehavior,
    contentHandling: integration.ContentHandlingStrategy,
    requestTemplates: templates(
      integration.TemplateSelectionExpression,
      integration.RequestTemplates,
      'request',
    ),
    responses: [...responses]
      .map(deployIntegrationResponse)
      .toSorted((a, b) => Number(a.pattern === undefined) - Number(b.pattern === undefined)),
  };
}

function deployIntegrationResponse(response: IntegrationResponse): DeployedIntegrationResponse {
  const key = response.IntegrationResponseKey;
  const mappings = Object.entries(response.ResponseParameters ?? {}).map(([destination, source]) =>
    parseResponseMapping(destination, source),
  );
  return {
    key,
    pattern: key === '$default' ? undefined : new RegExp(`^(?:${key.slice(1, -1)})$`, 's'),
    contentHandling: response.ContentHandlingStrategy,
    headers: new Map(mappings.map(({ name, source }) => [name, source])),
    templates: templates(response.TemplateSelectionExpression, response.ResponseTemplates, 'response'),
  };
}

const templates = (
  selection: string | undefined,
  byKey: Readonly<Record<string, string>> | undefined,
  scope: SelectionScope,
): Templates => ({
  selection: selection === undefined ? undefined : parseSelectionExpression(selection, scope),
  byKey: new Map(Object.entries(byKey ?? {})),
});

/** Only sources in the client's handshake have to be declared. */
function isDeclared(source: Source, declared: ReadonlySet<string>): boolean {
  if (source.kind !== 'handshake') return true;
  return declarationsFor(source.location, source.name).some((name) => declared.has(name));
}
