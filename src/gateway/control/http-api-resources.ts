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

/** One HTTP API and its resources, each by its id. Resources are replaced, never modified. */
export class HttpApiResources implements DeployableHttpApi {
  readonly protocol = 'HTTP';
  readonly routes = new Map<string, HttpRouteResource>();
  readonly integrations = new Map<string, HttpIntegrationResource>();
  readonly authorizers = new Map<string, HttpAuthorizer>();
  readonly deployments = new Map<string, Deployment>();
  /** By the deployment's id. */
  readonly snapshots = new Map<string, HttpSnapshot>();
  readonly stages = new Map<string, Stage>();
  readonly #served = new WeakMap<Stage, ServedHttpStage>();

  constructor(
    readonly plane: Account,
    public api: HttpApi,
  ) {}

  freeze(deploymentId: string): void {
    this.snapshots.set(deploymentId, takeHttpSnapshot(this));
  }

  thaw(deploymentId: string): void {
    this.snapshots.delete(deploymentId);
  }

  setTags(Tags: Readonly<Record<string, string>>): void {
    this.api = { ...this.api, Tags };
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
