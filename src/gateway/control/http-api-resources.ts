import { type Account } from './account.js';
import { type Deployment } from './fields/deployment-fields.js';
import { type Stage } from './fields/stage-fields.js';
import { type HttpApi } from './http/http-api-fields.js';
import { type HttpAuthorizer } from './http/http-authorizer-fields.js';
import { type HttpIntegrationResource } from './http/http-integration-fields.js';
import { type HttpRouteResource } from './http/http-route-fields.js';
import { type DeployableHttpApi, takeHttpSnapshot } from './http/take-http-snapshot.js';
import { type HttpSnapshot, type ServedHttpStage } from './http-snapshot.js';
import { routeSettings } from './route-settings.js';

/** What an OpenAPI definition describes of an API. */
export interface HttpApiConfiguration extends DeployableHttpApi {
  readonly authorizers: ReadonlyMap<string, HttpAuthorizer>;
}

/** One HTTP API and its resources, each by its id. Resources are replaced, never modified. */
export class HttpApiResources implements DeployableHttpApi {
  readonly protocol = 'HTTP';
  readonly routes = new Map<string, HttpRouteResource>();
  readonly integrations = new Map<string, HttpIntegrationResource>();
  readonly authorizers = new Map<string, HttpAuthorizer>();
  readonly deployments = new Map<string, Deployment>();
  /** By the deployment's id. */
  readonly snapshots = new Map<string, HttpSnapshot>();
  /** By the deployment's id: the resources that the snapshot was taken of. */
  readonly configurations = new Map<string, HttpApiConfiguration>();
  readonly stages = new Map<string, Stage>();
  readonly #served = new WeakMap<Stage, ServedHttpStage>();

  constructor(
    readonly plane: Account,
    public api: HttpApi,
  ) {}

  freeze(deploymentId: string): void {
    this.snapshots.set(deploymentId, takeHttpSnapshot(this));
    this.configurations.set(deploymentId, this.configuration());
  }

  thaw(deploymentId: string): void {
    this.snapshots.delete(deploymentId);
    this.configurations.delete(deploymentId);
  }

  setTags(Tags: Readonly<Record<string, string>>): void {
    this.api = { ...this.api, Tags };
  }

  /** The API as it is now, for a deployment or an export. */
  configuration(): HttpApiConfiguration {
    return {
      api: this.api,
      routes: new Map(this.routes),
      integrations: new Map(this.integrations),
      authorizers: new Map(this.authorizers),
    };
  }

  replaceConfiguration({ api, routes, integrations, authorizers }: HttpApiConfiguration): void {
    this.api = api;
    refill(this.routes, routes);
    refill(this.integrations, integrations);
    refill(this.authorizers, authorizers);
  }

  /** The stage as the data plane reads it: the same object until the stage is changed. */
  served(stageName: string): ServedHttpStage | undefined {
    const stage = this.stages.get(stageName);
    if (stage === undefined) return undefined;
    const known = this.#served.get(stage);
    if (known !== undefined) return known;
    const served: ServedHttpStage = {
      stageVariables: stage.StageVariables,
      snapshot: this.snapshots.get(stage.DeploymentId ?? ''),
      routeSettings: (routeKey) => routeSettings(stage, routeKey),
      accessLog: stage.AccessLogSettings && { format: stage.AccessLogSettings.Format },
    };
    this.#served.set(stage, served);
    return served;
  }
}

function refill<T>(map: Map<string, T>, entries: ReadonlyMap<string, T>): void {
  map.clear();
  for (const [id, value] of entries) map.set(id, value);
}
