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
  DeleteApiCommand,
  DeleteAuthorizerCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  DeleteRouteRequestParameterCommand,
  DeleteRouteResponseCommand,
  GetDeploymentCommand,
  type Route,
  UpdateApiCommand,
  UpdateAuthorizerCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { type Route as RouteDefinition, type WebSocketApi } from '../../api/definition.js';
import { ConcurrentDeploymentError } from './concurrent-deployments.js';
import {
  findApis,
  readAuthorizers,
  readIntegrations,
  readRouteResponses,
  readRoutes,
  readStages,
} from './read-resources.js';
import { matches, withRemovals } from './resource-differences.js';

/** The definition of an authorizer. */
export type AuthorizerDefinition = Required<
  Pick<Authorizer, 'Name' | 'AuthorizerType' | 'AuthorizerUri' | 'IdentitySource'>
>;

/**
 * Updates one API to its definition: creates missing resources, updates different ones, deletes surplus ones. Clients
 * notice nothing before {@link deploy}. Call the methods in this order: `api`, `authorizer`, `route` for each route,
 * `deleteSurplus`, `deploy`.
 */
export class ApiUpdate {
  readonly #kept = new Set<string>();
  #apiId = '';

  /**
   * @param existing the present API; without one, `api` creates it
   * @param changes receives what was changed, for people; not empty if an earlier attempt has not deployed its changes
   */
  constructor(
    private readonly control: ApiGatewayV2Client,
    private readonly existing: Api | undefined,
    private readonly changes: string[],
  ) {}

  get apiId(): string {
    return this.#apiId;
  }

  /** @throws {ConcurrentDeploymentError} another run has created the API, too; the one of this run is deleted */
  async api({ Name, ProtocolType, RouteSelectionExpression }: WebSocketApi): Promise<void> {
    const settings = { Name, RouteSelectionExpression };
    if (this.existing === undefined) {
      const { ApiId } = await this.control.send(new CreateApiCommand({ ...settings, ProtocolType }));
      this.#apiId = ApiId!;
      if ((await findApis(this.control, Name)).length > 1) {
        await this.control.send(new DeleteApiCommand({ ApiId }));
        throw new ConcurrentDeploymentError(`another run has created the API ${Name}, too`);
      }
      this.changes.push('created the API');
      return;
    }
    this.#apiId = this.existing.ApiId!;
    if (matches(this.existing, settings)) return;
    await this.control.send(new UpdateApiCommand({ ApiId: this.#apiId, ...settings }));
    this.changes.push('updated the API');
  }

  /** @returns the authorizer's id */
  async authorizer(definition: AuthorizerDefinition): Promise<string> {
    const ApiId = this.#apiId;
    const authorizers = await readAuthorizers(this.control, ApiId);
    const existing = authorizers.find(({ Name }) => Name === definition.Name);
    const id = existing?.AuthorizerId;
    if (id === undefined) {
      const created = await this.control.send(new CreateAuthorizerCommand({ ApiId, ...definition }));
      this.changes.push(`created the authorizer ${definition.Name}`);
      return this.#keep(created.AuthorizerId!);
    }
    if (!matches(existing, definition)) {
      await this.control.send(new UpdateAuthorizerCommand({ ApiId, AuthorizerId: id, ...definition }));
      this.changes.push(`updated the authorizer ${definition.Name}`);
    }
    return this.#keep(id);
  }

  /** A route with its integration and, on a two-way route, its response. */
  async route({ Integration: integration, RouteResponse, ...definition }: RouteDefinition): Promise<void> {
    const { RouteKey } = definition;
    const existing = (await readRoutes(this.control, this.#apiId)).find(
      (route) => route.RouteKey === RouteKey,
    );
    const Target = `integrations/${await this.#integration(RouteKey, integration, existing?.Target)}`;
    const routeId = await this.#route({ ...definition, Target }, existing);
    this.#keep(routeId);
    await this.#routeResponse(RouteKey, routeId, RouteResponse);
  }

  /**
   * Deletes the resources that no call before this one has defined. Routes go first, because they refer to the others.
   */
  async deleteSurplus(): Promise<void> {
    const ApiId = this.#apiId;
    for (const { RouteId, RouteKey } of await readRoutes(this.control, ApiId)) {
      if (this.#kept.has(RouteId!)) continue;
      await this.control.send(new DeleteRouteCommand({ ApiId, RouteId }));
      this.changes.push(`deleted the route ${RouteKey}`);
    }
    for (const { IntegrationId } of await readIntegrations(this.control, ApiId)) {
      if (this.#kept.has(IntegrationId!)) continue;
      await this.control.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
      this.changes.push(`deleted the integration ${IntegrationId}`);
    }
    for (const { AuthorizerId, Name } of await readAuthorizers(this.control, ApiId)) {
      if (this.#kept.has(AuthorizerId!)) continue;
      await this.control.send(new DeleteAuthorizerCommand({ ApiId, AuthorizerId }));
      this.changes.push(`deleted the authorizer ${Name}`);
    }
  }

  /**
   * Deploys to the stage, unless it already serves this definition.
   *
   * @param Description identifies the definition: the stage is deployed again if its deployment has another description
   */
  async deploy(StageName: string, Description: string): Promise<void> {
    const ApiId = this.#apiId;
    const stages = await readStages(this.control, ApiId);
    const stage = stages.find((candidate) => candidate.StageName === StageName);
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
    const integrations = await readIntegrations(this.control, ApiId);
    const existing = integrations.find(({ IntegrationId }) => target === `integrations/${IntegrationId}`);
    const id = existing?.IntegrationId;
    // an integration that two routes share, by hand, cannot fit both
    if (id === undefined || this.#kept.has(id)) {
      const { IntegrationId } = await this.control.send(
        new CreateIntegrationCommand({ ApiId, ...definition }),
      );
      this.changes.push(`created the integration of ${routeKey}`);
      return this.#keep(IntegrationId!);
    }
    if (!matches(existing, definition)) {
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
    const after = {
      ...definition,
      AuthorizationType: definition.AuthorizationType ?? 'NONE',
      // an empty string removes a setting
      AuthorizerId: definition.AuthorizerId ?? '',
      RouteResponseSelectionExpression: definition.RouteResponseSelectionExpression ?? '',
    } as const;
    const before = {
      ...existing,
      AuthorizerId: existing.AuthorizerId ?? '',
      RouteResponseSelectionExpression: existing.RouteResponseSelectionExpression ?? '',
      RequestParameters: existing.RequestParameters ?? {},
    };
    if (matches(before, { ...after, RequestParameters })) return RouteId;
    for (const key of Object.keys(before.RequestParameters)) {
      if (Object.hasOwn(RequestParameters, key)) continue;
      await this.control.send(
        new DeleteRouteRequestParameterCommand({ ApiId, RouteId, RequestParameterKey: key }),
      );
    }
    await this.control.send(new UpdateRouteCommand({ ApiId, RouteId, ...after }));
    this.changes.push(`updated the route ${RouteKey}`);
    return RouteId;
  }

  async #routeResponse(
    routeKey: string,
    RouteId: string,
    definition: RouteDefinition['RouteResponse'],
  ): Promise<void> {
    const ApiId = this.#apiId;
    const responses = await readRouteResponses(this.control, ApiId, RouteId);
    // a route has at most one response, with the key $default
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
}
