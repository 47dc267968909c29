import { type Account } from '../account.js';
import { type Deployment } from '../fields/deployment-fields.js';
import { type Stage } from '../fields/stage-fields.js';

/** What deployments and stages need of an API, of either protocol. */
export interface StagedApi {
  readonly plane: Account;
  readonly api: { readonly ApiId: string };
  readonly routes: ReadonlyMap<string, { readonly RouteKey: string }>;
  readonly deployments: Map<string, Deployment>;
  readonly stages: Map<string, Stage>;
  /** Freezes the API as it is now, as a deployment. */
  freeze(deploymentId: string): void;
  /** Deletes what a deployment has frozen. */
  thaw(deploymentId: string): void;
}
