import { text } from './field-kinds.js';
import { type Stored } from './fields.js';

/** The fields of a deployment that an update can change. */
export const DEPLOYMENT_SETTINGS = { Description: text({ max: 1024 }) };

export const DEPLOYMENT_FIELDS = {
  ...DEPLOYMENT_SETTINGS,
  /** The stage to deploy to; not part of the deployment itself. */
  StageName: text({ min: 1, max: 128 }),
};

export type Deployment = Stored<typeof DEPLOYMENT_SETTINGS> & {
  readonly DeploymentId: string;
  readonly DeploymentStatus: 'DEPLOYED';
  readonly AutoDeployed: boolean;
  /** ISO 8601, in whole seconds. */
  readonly CreatedDate: string;
};
