import { type Account } from './account.js';
import { type Api } from './fields/api-fields.js';
import { type Authorizer } from './fields/authorizer-fields.js';
import { type Deployment } from './fields/deployment-fields.js';
import { type Integration } from './fields/integration-fields.js';
import { type IntegrationResponse } from './fields/integration-response-fields.js';
import { type Model } from './fields/model-fields.js';
import { type Route } from './fields/route-fields.js';
import { type RouteResponse } from './fields/route-response-fields.js';
import { type Stage } from './fields/stage-fields.js';
import { type Deployable, type Snapshot, takeSnapshot } from './snapshot.js';

/** One WebSocket API and its resources, each by its id. Resources are replaced, never modified. */
export class ApiResources implements Deployable {
  readonly protocol = 'WEBSOCKET';
  readonly routes = new Map<string, Route>();
  /** By the route's id. */
  readonly routeResponses = new Map<string, ReadonlyMap<string, RouteResponse>>();
  readonly integrations = new Map<string, Integration>();
  /** By the integration's id. */
  readonly integrationResponses = new Map<string, ReadonlyMap<string, IntegrationResponse>>();
  readonly authorizers = new Map<string, Authorizer>();
  readonly models = new Map<string, Model>();
  readonly deployments = new Map<string, Deployment>();
  /** By the deployment's id. */
  readonly snapshots = new Map<string, Snapshot>();
  readonly stages = new Map<string, Stage>();

  constructor(
    readonly plane: Account,
    public api: Api,
  ) {}

  freeze(deploymentId: string): void {
    this.snapshots.set(deploymentId, takeSnapshot(this));
  }

  thaw(deploymentId: string): void {
    this.snapshots.delete(deploymentId);
  }

  setTags(Tags: Readonly<Record<string, string>>): void {
    this.api = { ...this.api, Tags };
  }
}
