import { type ParameterMapping, parseParameterMapping, type Source } from '../mapping/parameters.js';
import { parseSelectionExpression, type SelectionExpression } from '../mapping/selection-expression.js';
import { type Api, type Integration, type Route } from './resources.js';

/**
 * The frozen snapshot of an API that a stage serves: what is changed afterwards reaches nobody before the next
 * deployment. Everything that can be parsed beforehand is parsed here, once, so that a frame costs only evaluation.
 */
export interface Snapshot {
  readonly routeSelection: SelectionExpression;
  readonly routes: ReadonlyMap<string, DeployedRoute>;
}

export interface DeployedRoute {
  readonly routeKey: string;
  /** Sources that the `$connect` request must have, such as `route.request.querystring.token`. */
  readonly requiredParameters: readonly string[];
  /** Not there when the route has no target: its frames are answered with `Internal server error`. */
  readonly integration?: DeployedIntegration;
}

export interface DeployedIntegration {
  readonly method: string;
  /** May hold `${stageVariables.NAME}`. */
  readonly uri: string;
  /** Id of the v1 VPC link, possibly `${stageVariables.NAME}`; `undefined` for the Internet. */
  readonly vpcLinkId: string | undefined;
  readonly parameters: readonly ParameterMapping[];
  readonly timeoutMs: number;
}

/** @throws {ExpressionError} an expression that the control plane should have refused */
export function takeSnapshot(
  api: Api,
  routes: Iterable<Route>,
  integrations: ReadonlyMap<string, Integration>,
): Snapshot {
  const deployedRoutes = new Map<string, DeployedRoute>();
  for (const route of routes) {
    const integration = integrations.get(integrationId(route.Target) ?? '');
    deployedRoutes.set(route.RouteKey, {
      routeKey: route.RouteKey,
      requiredParameters: Object.entries(route.RequestParameters ?? {})
        .filter(([, { Required }]) => Required)
        .map(([source]) => source),
      ...(integration && { integration: deployIntegration(integration, route) }),
    });
  }
  return {
    routeSelection: parseSelectionExpression(api.RouteSelectionExpression),
    routes: deployedRoutes,
  };
}

/** `integrations/abc123` → `abc123` */
export function integrationId(target: string | undefined): string | undefined {
  return target?.match(/^integrations\/([a-z0-9]+)$/)?.[1];
}

function deployIntegration(integration: Integration, route: Route): DeployedIntegration {
  const declared = new Set(Object.keys(route.RequestParameters ?? {}));
  const mappings = Object.entries(integration.RequestParameters ?? {}).map(([destination, source]) =>
    parseParameterMapping(destination, source),
  );
  return {
    method: integration.IntegrationMethod,
    uri: integration.IntegrationUri,
    vpcLinkId: integration.ConnectionType === 'VPC_LINK' ? integration.ConnectionId : undefined,
    // what the route does not declare evaluates to nothing; AWS documents only that it has to be declared
    parameters: mappings.filter(({ source }) => isDeclared(source, declared)),
    timeoutMs: integration.TimeoutInMillis,
  };
}

/** Only sources in the client's handshake have to be declared; context, body, stage variables and literals do not. */
function isDeclared(source: Source, declared: ReadonlySet<string>): boolean {
  if (source.kind !== 'handshake') return true;
  const { location, name } = source;
  return (
    declared.has(`route.request.${location}.${name}`) ||
    declared.has(`route.request.multivalue${location}.${name}`)
  );
}
