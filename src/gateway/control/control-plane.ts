import { type Deployable, type Snapshot } from './snapshot.js';
import {
  type Api,
  type Authorizer,
  type Deployment,
  type Integration,
  type IntegrationResponse,
  type Model,
  type Route,
  type RouteResponse,
  type Stage,
  type VpcLink,
} from './resources.js';

export interface ControlPlaneOptions {
  readonly region: string;
  /** Twelve digits; AWS's messages name it. */
  readonly accountId: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * All resources, in memory. The data plane reads them by the methods below and sees what is deployed; the collections
 * (apis.ts, routes.ts, …) change them by the maps.
 */
export class ControlPlane {
  readonly region: string;
  readonly accountId: string;
  readonly apis = new Map<string, ApiResources>();
  readonly vpcLinks = new Map<string, VpcLink>();
  readonly #now: () => number;

  constructor({ region, accountId, now = Date.now }: ControlPlaneOptions) {
    this.region = region;
    this.accountId = accountId;
    this.#now = now;
  }

  api(apiId: string): Api | undefined {
    return this.apis.get(apiId)?.api;
  }

  apiIds(): readonly string[] {
    return [...this.apis.keys()];
  }

  /** @returns without `snapshot` when nothing is deployed to the stage */
  stage(apiId: string, stageName: string): ServedStage | undefined {
    const resources = this.apis.get(apiId);
    const stage = resources?.stages.get(stageName);
    if (resources === undefined || stage === undefined) return undefined;
    return {
      stageVariables: stage.StageVariables,
      snapshot: resources.snapshots.get(stage.DeploymentId ?? ''),
    };
  }

  vpcLink(id: string): VpcLink | undefined {
    return this.vpcLinks.get(id);
  }

  /** Now, as AWS writes its dates: `2026-09-25T00:01:10Z`. */
  date(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

export interface ServedStage {
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly snapshot: Snapshot | undefined;
}

/** One API and everything below it, each by its id. Resources are replaced, never altered. */
export class ApiResources implements Deployable {
  readonly routes = new Map<string, Route>();
  /** By the route's id. */
  readonly routeResponses = new Map<string, Map<string, RouteResponse>>();
  readonly integrations = new Map<string, Integration>();
  /** By the integration's id. */
  readonly integrationResponses = new Map<string, Map<string, IntegrationResponse>>();
  readonly authorizers = new Map<string, Authorizer>();
  readonly models = new Map<string, Model>();
  readonly deployments = new Map<string, Deployment>();
  /** What each deployment froze, by the deployment's id. */
  readonly snapshots = new Map<string, Snapshot>();
  readonly stages = new Map<string, Stage>();

  constructor(
    readonly plane: ControlPlane,
    public api: Api,
  ) {}
}
