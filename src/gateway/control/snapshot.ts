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
import {
  type Api,
  type Authorizer,
  type ContentHandlingStrategy,
  type Integration,
  type IntegrationResponse,
  type Model,
  type Route,
  type RouteResponse,
} from './resources.js';

/**
 * The frozen snapshot of an API that a stage serves: what is changed afterwards reaches nobody before the next
 * deployment. Everything that can be parsed beforehand is parsed here, once, so that a frame costs only evaluation.
 */
export interface Snapshot {
  readonly routeSelection: SelectionExpression;
  /** Where the client's API key is found on `$connect`. */
  readonly apiKeySelection: SelectionExpression;
  readonly routes: ReadonlyMap<string, DeployedRoute>;
}

export interface DeployedRoute {
  readonly routeKey: string;
  /** Sources that the `$connect` request must have, such as `route.request.querystring.token`. */
  readonly requiredParameters: readonly string[];
  /** Of `$connect` only. */
  readonly authorization: Authorization;
  /** Of `$connect` only. */
  readonly isApiKeyRequired: boolean;
  /** JSON schemas that messages are held to, by the selection's value or `$default`. */
  readonly models?: {
    readonly selection: SelectionExpression;
    readonly schemas: ReadonlyMap<string, object>;
  };
  /** Whether what the integration answers goes to the client: the route has a response `$default`. */
  readonly isTwoWay: boolean;
  /** Not there when the route has no target: its frames are answered with `Internal server error`. */
  readonly integration?: DeployedIntegration;
}

export type Authorization =
  | { readonly kind: 'NONE' | 'AWS_IAM' }
  | {
      readonly kind: 'CUSTOM';
      readonly authorizerId: string;
      /** The function's name or ARN, out of the authorizer's URI; may hold `${stageVariables.NAME}`. */
      readonly functionName: string;
      /** All of them must be there, or the function is not asked. */
      readonly identitySources: readonly { readonly text: string; readonly source: Source }[];
    };

export interface DeployedIntegration {
  readonly type: Integration['IntegrationType'];
  /** Empty for `MOCK`. */
  readonly method: string;
  /** May hold `${stageVariables.NAME}`; empty for `MOCK`. */
  readonly uri: string;
  /** Id of the v1 VPC link, possibly `${stageVariables.NAME}`; `undefined` for the Internet. */
  readonly vpcLinkId: string | undefined;
  readonly parameters: readonly ParameterMapping[];
  readonly timeoutMs: number;
  readonly passthrough: Integration['PassthroughBehavior'];
  readonly contentHandling: ContentHandlingStrategy | undefined;
  readonly requestTemplates: Templates;
  /** In the order in which they are tried, `$default` last; none for proxies. */
  readonly responses: readonly DeployedIntegrationResponse[];
}

export interface DeployedIntegrationResponse {
  readonly key: string;
  /** `undefined` for `$default`, which matches whatever nothing else does. */
  readonly pattern: RegExp | undefined;
  readonly contentHandling: ContentHandlingStrategy | undefined;
  /** Name of a header of the handshake's answer → its source. */
  readonly headers: ReadonlyMap<string, ResponseSource>;
  readonly templates: Templates;
}

/** VTL by template key, and what selects the key. */
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

/** @throws {ExpressionError} an expression that the control plane should have refused */
export function takeSnapshot(of: Deployable): Snapshot {
  const routes = of.routes.values().map((route) => [route.RouteKey, deployRoute(route, of)] as const);
  return {
    routeSelection: parseSelectionExpression(of.api.RouteSelectionExpression),
    apiKeySelection: parseSelectionExpression(of.api.ApiKeySelectionExpression, 'apiKey'),
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

function deployRoute(route: Route, of: Deployable): DeployedRoute {
  const integration = of.integrations.get(integrationId(route.Target) ?? '');
  const models = deployModels(route, of);
  return {
    routeKey: route.RouteKey,
    requiredParameters: Object.entries(route.RequestParameters ?? {})
      .filter(([, { Required }]) => Required)
      .map(([source]) => source),
    authorization: deployAuthorization(route, of),
    isApiKeyRequired: route.ApiKeyRequired,
    ...(models && { models }),
    // recorded: the response alone is enough, whatever RouteResponseSelectionExpression says
    isTwoWay: (of.routeResponses.get(route.RouteId)?.size ?? 0) > 0,
    ...(integration && { integration: deployIntegration(integration, route, of) }),
  };
}

function deployAuthorization(route: Route, of: Deployable): Authorization {
  const authorizer = of.authorizers.get(route.AuthorizerId ?? '');
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

function deployModels(route: Route, of: Deployable): DeployedRoute['models'] {
  const named = Object.entries(route.RequestModels ?? {});
  if (named.length === 0 || of.api.DisableSchemaValidation) return undefined;
  const byName = new Map(of.models.values().map(({ Name, Schema }) => [Name, JSON.parse(Schema) as object]));
  return {
    selection: parseSelectionExpression(route.ModelSelectionExpression ?? '\\$default', 'request'),
    schemas: new Map(named.map(([key, name]) => [key, byName.get(name) ?? {}])),
  };
}

function deployIntegration(integration: Integration, route: Route, of: Deployable): DeployedIntegration {
  const declared = new Set(Object.keys(route.RequestParameters ?? {}));
  const mappings = Object.entries(integration.RequestParameters ?? {}).map(([destination, source]) =>
    parseParameterMapping(destination, source),
  );
  const responses = of.integrationResponses.get(integration.IntegrationId)?.values() ?? [];
  return {
    type: integration.IntegrationType,
    method: integration.IntegrationMethod ?? '',
    uri: integration.IntegrationUri ?? '',
    vpcLinkId: integration.ConnectionType === 'VPC_LINK' ? integration.ConnectionId : undefined,
    // what the route does not declare evaluates to nothing; AWS documents only that it has to be declared
    parameters: mappings.filter(({ source }) => isDeclared(source, declared)),
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

/** Only sources in the client's handshake have to be declared; context, body, stage variables and literals do not. */
function isDeclared(source: Source, declared: ReadonlySet<string>): boolean {
  if (source.kind !== 'handshake') return true;
  const { location, name } = source;
  return (
    declared.has(`route.request.${location}.${name}`) ||
    declared.has(`route.request.multivalue${location}.${name}`)
  );
}
