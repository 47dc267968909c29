import { isDeepStrictEqual } from 'node:util';
import {
  type Api,
  type ApiGatewayV2Client,
  type Authorizer,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  CreateStageCommand,
  DeleteAuthorizerCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  DeleteRouteRequestParameterCommand,
  DeleteRouteResponseCommand,
  GetApisCommand,
  GetAuthorizersCommand,
  GetDeploymentCommand,
  GetIntegrationsCommand,
  GetRouteResponsesCommand,
  GetRoutesCommand,
  GetStagesCommand,
  type Integration,
  type Route,
  UpdateApiCommand,
  UpdateAuthorizerCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type Route as RouteDefinition, type WebSocketApi } from '../../api/definition.js';

/** What an authorizer is defined by. */
export type AuthorizerDefinition = Required<
  Pick<Authorizer, 'Name' | 'AuthorizerType' | 'AuthorizerUri' | 'IdentitySource'>
>;

/**
 * The API of that name; none when there is none yet.
 *
 * @throws {Error} there are several: nothing says which of them is meant
 */
export async function findApi(control: ApiGatewayV2Client, name: string): Promise<Api | undefined> {
  const apis = await allItems((NextToken) => control.send(new GetApisCommand({ NextToken })));
  const [first, ...more] = apis.filter(({ Name }) => Name === name);
  if (more.length === 0) return first;
  const ids = [first, ...more].map((api) => api?.ApiId).join(', ');
  throw new Error(`there are ${more.length + 1} APIs with the name ${name} (${ids}): delete all but one`);
}

/**
 * Brings one API to its definition: creates what is missing, updates what differs, deletes what is surplus. None of it
 * reaches clients before {@link deploy}. The order of the calls matters: the API, its authorizer, its routes, what is
 * surplus, the deployment.
 */
export class ApiUpdate {
  /** What was done so far, in words. */
  readonly changes: string[] = [];
  readonly #kept = new Set<string>();
  #apiId = '';

  /** @param existing the API as it is now; without one, `api` creates it */
  constructor(
    private readonly control: ApiGatewayV2Client,
    private readonly existing: Api | undefined,
  ) {}

  get apiId(): string {
    return this.#apiId;
  }

  async api({ Name, ProtocolType, RouteSelectionExpression }: WebSocketApi): Promise<void> {
    const settings = { Name, RouteSelectionExpression };
    if (this.existing === undefined) {
      const { ApiId } = await this.control.send(new CreateApiCommand({ ...settings, ProtocolType }));
      this.#apiId = ApiId!;
      this.changes.push('created the API');
      return;
    }
    this.#apiId = this.existing.ApiId!;
    if (isAlready(this.existing, settings)) return;
    await this.control.send(new UpdateApiCommand({ ApiId: this.#apiId, ...settings }));
    this.changes.push('updated the API');
  }

  /** @returns its id */
  async authorizer(definition: AuthorizerDefinition): Promise<string> {
    const ApiId = this.#apiId;
    const authorizers = await this.#authorizers();
    const existing = authorizers.find(({ Name }) => Name === definition.Name);
    const id = existing?.AuthorizerId;
    if (id === undefined) {
      const created = await this.control.send(new CreateAuthorizerCommand({ ApiId, ...definition }));
      this.changes.push(`created the authorizer ${definition.Name}`);
      return this.#keep(created.AuthorizerId!);
    }
    if (!isAlready(existing, definition)) {
      await this.control.send(new UpdateAuthorizerCommand({ ApiId, AuthorizerId: id, ...definition }));
      this.changes.push(`updated the authorizer ${definition.Name}`);
    }
    return this.#keep(id);
  }

  /** A route with its integration and, on a two-way route, its response. */
  async route({ Integration: integration, RouteResponse, ...definition }: RouteDefinition): Promise<void> {
    const { RouteKey } = definition;
    const existing = (await this.#routes()).find((route) => route.RouteKey === RouteKey);
    const Target = `integrations/${await this.#integration(RouteKey, integration, existing?.Target)}`;
    const routeId = await this.#route({ ...definition, Target }, existing);
    this.#keep(routeId);
    await this.#routeResponse(RouteKey, routeId, RouteResponse);
  }

  /** Deletes what no call before this one has asked for. Routes go first, because the others are referred to by them. */
  async deleteSurplus(): Promise<void> {
    const ApiId = this.#apiId;
    for (const { RouteId, RouteKey } of await this.#routes()) {
      if (this.#kept.has(RouteId!)) continue;
      await this.control.send(new DeleteRouteCommand({ ApiId, RouteId }));
      this.changes.push(`deleted the route ${RouteKey}`);
    }
    for (const { IntegrationId } of await this.#integrations()) {
      if (this.#kept.has(IntegrationId!)) continue;
      await this.control.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
      this.changes.push(`deleted the integration ${IntegrationId}`);
    }
    for (const { AuthorizerId, Name } of await this.#authorizers()) {
      if (this.#kept.has(AuthorizerId!)) continue;
      await this.control.send(new DeleteAuthorizerCommand({ ApiId, AuthorizerId }));
      this.changes.push(`deleted the authorizer ${Name}`);
    }
  }

  /**
   * Deploys to the stage, unless it serves exactly this already.
   *
   * @param description says which definition it is: a deployment that has another one, or was changed since, is not kept
   */
  async deploy(StageName: string, Description: string): Promise<void> {
    const ApiId = this.#apiId;
    const stages = await allItems((NextToken) =>
      this.control.send(new GetStagesCommand({ ApiId, NextToken })),
    );
    const stage = stages.find((each) => each.StageName === StageName);
    if (stage?.AutoDeploy) {
      await this.control.send(new UpdateStageCommand({ ApiId, StageName, AutoDeploy: false }));
      this.changes.push(`switched automatic deployment of the stage ${StageName} off`);
    }
    if (this.changes.length === 0 && (await this.#isDeployed(stage?.DeploymentId, Description))) return;
    const { DeploymentId } = await this.control.send(new CreateDeploymentCommand({ ApiId, Description }));
    const stageInput = { ApiId, StageName, DeploymentId };
    await this.control.send(stage ? new UpdateStageCommand(stageInput) : new CreateStageCommand(stageInput));
    this.changes.push(`deployed to the stage ${StageName}`);
  }

  async #isDeployed(DeploymentId: string | undefined, description: string): Promise<boolean> {
    if (DeploymentId === undefined) return false;
    const ApiId = this.#apiId;
    const { Description } = await this.control.send(new GetDeploymentCommand({ ApiId, DeploymentId }));
    return Description === description;
  }

  /** @returns the integration's id */
  async #integration(
    routeKey: string,
    definition: RouteDefinition['Integration'],
    target: string | undefined,
  ): Promise<string> {
    const ApiId = this.#apiId;
    const integrations = await this.#integrations();
    const existing = integrations.find(({ IntegrationId }) => target === `integrations/${IntegrationId}`);
    const id = existing?.IntegrationId;
    // two routes with one integration, made by hand, could not both have what is theirs
    if (id === undefined || this.#kept.has(id)) {
      const { IntegrationId } = await this.control.send(
        new CreateIntegrationCommand({ ApiId, ...definition }),
      );
      this.changes.push(`created the integration of ${routeKey}`);
      return this.#keep(IntegrationId!);
    }
    if (!isAlready(existing, definition)) {
      const RequestParameters = withRemovals(existing?.RequestParameters, definition.RequestParameters);
      await this.control.send(
        new UpdateIntegrationCommand({ ApiId, IntegrationId: id, ...definition, RequestParameters }),
      );
      this.changes.push(`updated the integration of ${routeKey}`);
    }
    return this.#keep(id);
  }

  /** @returns the route's id */
  async #route(
    definition: Omit<RouteDefinition, 'Integration' | 'RouteResponse'> & { readonly Target: string },
    existing: Route | undefined,
  ): Promise<string> {
    const ApiId = this.#apiId;
    const { RouteKey, RequestParameters = {} } = definition;
    const RouteId = existing?.RouteId;
    if (existing === undefined || RouteId === undefined) {
      const created = await this.control.send(new CreateRouteCommand({ ApiId, ...definition }));
      this.changes.push(`created the route ${RouteKey}`);
      return created.RouteId!;
    }
    const wanted = {
      ...definition,
      AuthorizationType: definition.AuthorizationType ?? 'NONE',
      // an empty string takes a setting away
      AuthorizerId: definition.AuthorizerId ?? '',
      RouteResponseSelectionExpression: definition.RouteResponseSelectionExpression ?? '',
    } as const;
    const before = {
      ...existing,
      AuthorizerId: existing.AuthorizerId ?? '',
      RouteResponseSelectionExpression: existing.RouteResponseSelectionExpression ?? '',
      RequestParameters: existing.RequestParameters ?? {},
    };
    if (isAlready(before, { ...wanted, RequestParameters })) return RouteId;
    for (const key of Object.keys(before.RequestParameters)) {
      if (Object.hasOwn(RequestParameters, key)) continue;
      await this.control.send(
        new DeleteRouteRequestParameterCommand({ ApiId, RouteId, RequestParameterKey: key }),
      );
    }
    await this.control.send(new UpdateRouteCommand({ ApiId, RouteId, ...wanted }));
    this.changes.push(`updated the route ${RouteKey}`);
    return RouteId;
  }

  async #routeResponse(
    routeKey: string,
    RouteId: string,
    definition: RouteDefinition['RouteResponse'],
  ): Promise<void> {
    const ApiId = this.#apiId;
    const responses = await allItems((NextToken) =>
      this.control.send(new GetRouteResponsesCommand({ ApiId, RouteId, NextToken })),
    );
    // $default is the only key that there is
    if (definition === undefined) {
      for (const { RouteResponseId } of responses) {
        await this.control.send(new DeleteRouteResponseCommand({ ApiId, RouteId, RouteResponseId }));
        this.changes.push(`deleted the response of the route ${routeKey}`);
      }
    } else if (responses.length === 0) {
      await this.control.send(new CreateRouteResponseCommand({ ApiId, RouteId, ...definition }));
      this.changes.push(`created the response of the route ${routeKey}`);
    }
  }

  #keep(id: string): string {
    this.#kept.add(id);
    return id;
  }

  async #routes(): Promise<readonly Route[]> {
    const ApiId = this.#apiId;
    return allItems((NextToken) => this.control.send(new GetRoutesCommand({ ApiId, NextToken })));
  }

  async #integrations(): Promise<readonly Integration[]> {
    const ApiId = this.#apiId;
    return allItems((NextToken) => this.control.send(new GetIntegrationsCommand({ ApiId, NextToken })));
  }

  async #authorizers(): Promise<readonly Authorizer[]> {
    const ApiId = this.#apiId;
    return allItems((NextToken) => this.control.send(new GetAuthorizersCommand({ ApiId, NextToken })));
  }
}

interface ItemPage<T> {
  readonly Items?: readonly T[] | undefined;
  readonly NextToken?: string | undefined;
}

async function allItems<T>(getPage: (token: string | undefined) => Promise<ItemPage<T>>): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const page = await getPage(token);
    items.push(...(page.Items ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return items;
}

/** Whether a resource has every member of its definition; what the definition does not mention does not count. */
const isAlready = (existing: object | undefined, definition: object) =>
  Object.entries(definition).every(([name, value]) =>
    isDeepStrictEqual((existing as Readonly<Record<string, unknown>> | undefined)?.[name], value),
  );

/** A merged map of an update: keys that are to go are sent with an empty string. */
const withRemovals = (
  before: Readonly<Record<string, string>> | undefined,
  after: Readonly<Record<string, string>>,
): Record<string, string> => ({
  ...Object.fromEntries(Object.keys(before ?? {}).map((key) => [key, ''])),
  ...after,
});
