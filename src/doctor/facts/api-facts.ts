import {
  type Api,
  type Integration,
  readAccount,
  readApi,
  readDeploymentDate,
  readIntegrations,
  readRouteResponseKeys,
  readRoutes,
  readStages,
  type Route,
  type Stage,
} from '../aws/api-gateway.js';
import { type AwsClients } from '../aws/clients.js';
import { type DomainName, readDomainNames } from '../aws/domain-names.js';
import { NothingThereError } from '../aws/read.js';
import { memoised, memoisedBy } from './memoised.js';
import { type Target } from './target.js';

export type ApiFacts = ReturnType<typeof apiFacts>;

/** An integration with the routes that lead to it. */
export interface UsedIntegration extends Integration {
  readonly routes: readonly Route[];
}

/** The API as it is configured. AWS does not show what a deployment contains. */
export function apiFacts(clients: AwsClients, { apiId, stageName }: Target) {
  const api = memoised(async (): Promise<Api> => {
    const found = await readApi(clients, apiId);
    if (found === undefined) throw new NothingThereError(`there is no API ${apiId}`);
    return found;
  });
  /** What only WebSocket APIs have. */
  const ofWebSocket =
    <T>(read: () => Promise<T>) =>
    async (): Promise<T> => {
      const { protocol } = await api();
      if (protocol !== 'WEBSOCKET') throw new NothingThereError(`the protocol of the API is ${protocol}`);
      return read();
    };
  const stages = memoised(() => readStages(clients, apiId));
  const stage = memoised(async (): Promise<Stage> => {
    const found = (await stages()).find(({ name }) => name === stageName);
    if (found === undefined) throw new NothingThereError(`there is no stage ${stageName}`);
    return found;
  });
  const routes = memoised(ofWebSocket(() => readRoutes(clients, apiId)));
  const integrations = memoised(
    ofWebSocket(async (): Promise<readonly Integration[]> => {
      const [{ variables }, found] = await Promise.all([stage(), readIntegrations(clients, apiId)]);
      return found.map((integration) => ({
        ...integration,
        uri: withVariables(integration.uri, variables),
        vpcLinkId: withVariables(integration.vpcLinkId, variables),
      }));
    }),
  );
  return {
    account: memoised(() => readAccount(clients)),
    api,
    stages,
    stage,
    routes,
    integrations,
    /** Those that a route leads to. */
    usedIntegrations: memoised(async (): Promise<readonly UsedIntegration[]> => {
      const [allRoutes, all] = await Promise.all([routes(), integrations()]);
      return all
        .map((integration) => ({
          ...integration,
          routes: allRoutes.filter(({ integrationId }) => integrationId === integration.id),
        }))
        .filter((integration) => integration.routes.length > 0);
    }),
    routeResponseKeys: memoisedBy((routeId) => readRouteResponseKeys(clients, apiId, routeId)),
    deploymentDate: memoisedBy((deploymentId) => readDeploymentDate(clients, apiId, deploymentId)),
    domainNames: memoised((): Promise<readonly DomainName[]> => readDomainNames(clients, apiId)),
  };
}

/** `${stageVariables.name}` by its value; one without a value stays as it is. */
const withVariables = (text: string | undefined, variables: Readonly<Record<string, string>>) =>
  text?.replace(/\$\{stageVariables\.(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);

/** `$connect, $default (i1)`: how reports name an integration. */
export const nameOf = ({ id, routes }: UsedIntegration): string =>
  `${routes.map(({ key }) => key).join(', ')} (integration ${id})`;

/** Those that call an HTTP backend. */
export const isHttp = ({ type }: Integration): boolean => type === 'HTTP' || type === 'HTTP_PROXY';
