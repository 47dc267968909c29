import {
  type Api,
  type ApiGatewayV2Client,
  type Authorizer,
  GetApisCommand,
  GetAuthorizersCommand,
  GetIntegrationsCommand,
  GetRouteResponsesCommand,
  GetRoutesCommand,
  GetStagesCommand,
  type Integration,
  type Route,
  type RouteResponse,
  type Stage,
} from '@aws-sdk/client-apigatewayv2';
import { ConcurrentDeploymentError } from './concurrent-deployments.js';

/**
 * Finds the API with a name.
 *
 * @throws {ConcurrentDeploymentError} several APIs have the name, so that it is not clear which one to update; for a
 *   moment also while several runs create it
 */
export async function findApi(control: ApiGatewayV2Client, name: string): Promise<Api | undefined> {
  const matching = await findApis(control, name);
  if (matching.length <= 1) return matching[0];
  const ids = matching.map(({ ApiId }) => ApiId).join(', ');
  throw new ConcurrentDeploymentError(
    `there are ${matching.length} APIs with the name ${name} (${ids}): delete all but one`,
  );
}

export async function findApis(control: ApiGatewayV2Client, name: string): Promise<readonly Api[]> {
  const apis = await allItems((NextToken) => control.send(new GetApisCommand({ NextToken })));
  return apis.filter(({ Name }) => Name === name);
}

export async function readRoutes(control: ApiGatewayV2Client, ApiId: string): Promise<readonly Route[]> {
  return allItems((NextToken) => control.send(new GetRoutesCommand({ ApiId, NextToken })));
}

export async function readRouteResponses(
  control: ApiGatewayV2Client,
  ApiId: string,
  RouteId: string,
): Promise<readonly RouteResponse[]> {
  return allItems((NextToken) => control.send(new GetRouteResponsesCommand({ ApiId, RouteId, NextToken })));
}

export async function readIntegrations(
  control: ApiGatewayV2Client,
  ApiId: string,
): Promise<readonly Integration[]> {
  return allItems((NextToken) => control.send(new GetIntegrationsCommand({ ApiId, NextToken })));
}

export async function readAuthorizers(
  control: ApiGatewayV2Client,
  ApiId: string,
): Promise<readonly Authorizer[]> {
  return allItems((NextToken) => control.send(new GetAuthorizersCommand({ ApiId, NextToken })));
}

export async function readStages(control: ApiGatewayV2Client, ApiId: string): Promise<readonly Stage[]> {
  return allItems((NextToken) => control.send(new GetStagesCommand({ ApiId, NextToken })));
}

interface ItemPage<T> {
  readonly Items?: readonly T[] | undefined;
  readonly NextToken?: string | undefined;
}

async function allItems<T>(readPage: (token: string | undefined) => Promise<ItemPage<T>>): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const page = await readPage(token);
    items.push(...(page.Items ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return items;
}
