import { type Collection } from '../operations/resource-collection.js';
import { badRequest, notFound } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { readFields, text, writeFields } from '../fields/fields.js';
import { newResourceId } from './resource-id.js';
import { type Deployment, type Stage } from '../resources.js';
import { takeSnapshot } from '../snapshot.js';

const SETTINGS = { Description: text({ max: 1024 }) };
const FIELDS = { ...SETTINGS, StageName: text({ min: 1, max: 128 }) };

/** AWS's words: https://github.com/aws/serverless-application-model/issues/2512 */
const NO_ROUTES = 'At least one route is required before deploying the Api';

export const deployments: Collection<ApiResources, Deployment> = {
  resourceType: 'Deployment',

  items: (of) => of.deployments,
  write: (deployment) => writeFields(FIELDS, deployment),

  create(of, input) {
    const { StageName, ...settings } = readFields(FIELDS, input);
    const stage = StageName === undefined ? undefined : of.stages.get(StageName);
    if (StageName !== undefined && stage === undefined) {
      throw notFound('Stage', `Invalid Stage identifier specified ${StageName}`);
    }
    if (stage?.AutoDeploy) throw autoDeployIsOn(of);
    if (of.routes.size === 0) throw badRequest(NO_ROUTES);
    const deployment = deploy(of, { ...settings, AutoDeployed: false });
    if (stage) point(of, stage, { DeploymentId: deployment.DeploymentId });
    return deployment;
  },

  update(of, deployment, input) {
    const updated: Deployment = { ...deployment, ...readFields(SETTINGS, input) };
    of.deployments.set(deployment.DeploymentId, updated);
    return updated;
  },

  delete(of, { DeploymentId }) {
    if (of.stages.values().some((stage) => stage.DeploymentId === DeploymentId)) {
      // the words of the v1 API, where this is known: https://github.com/hashicorp/terraform-provider-aws/issues/19805
      throw badRequest('Active stages pointing to this deployment must be moved or deleted');
    }
    of.deployments.delete(DeploymentId);
    of.snapshots.delete(DeploymentId);
  },
};

/** Deploys to every stage with `AutoDeploy`; to be called after each change of what a deployment freezes. */
export function deployAutomatically(of: ApiResources): void {
  const stages = of.stages.values().filter(({ AutoDeploy }) => AutoDeploy);
  // a copy: deploying replaces the stage in the map
  for (const stage of stages.toArray()) deployToStage(of, stage);
}

/** What a stage with `AutoDeploy` has after a change; without any route it keeps what it served. */
export function deployToStage(of: ApiResources, stage: Stage): Stage {
  if (of.routes.size === 0) {
    return point(of, stage, {
      LastDeploymentStatusMessage: `Deployment attempt failed: ${NO_ROUTES}.`,
    });
  }
  const { DeploymentId } = deploy(of, {
    AutoDeployed: true,
    Description: 'Automatic deployment triggered by changes to the Api configuration',
  });
  return point(of, stage, {
    DeploymentId,
    // AWS's words, as in many listings of get-stages
    LastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${DeploymentId}'`,
  });
}

/** AWS's words: https://github.com/go-to-k/cdk-real-drift/issues/667 */
export const autoDeployIsOn = ({ api: { ApiId }, plane: { accountId } }: ApiResources) =>
  badRequest(
    `Deployment ID cannot be set on this stage ${accountId}:${ApiId} because AutoDeploy is enabled.`,
  );

function deploy(of: ApiResources, settings: Pick<Deployment, 'AutoDeployed' | 'Description'>): Deployment {
  const deployment: Deployment = {
    ...settings,
    DeploymentId: newResourceId('Deployment', of.deployments),
    DeploymentStatus: 'DEPLOYED',
    CreatedDate: of.plane.date(),
  };
  of.deployments.set(deployment.DeploymentId, deployment);
  of.snapshots.set(deployment.DeploymentId, takeSnapshot(of));
  return deployment;
}

function point(
  of: ApiResources,
  stage: Stage,
  to: Pick<Stage, 'DeploymentId' | 'LastDeploymentStatusMessage'>,
): Stage {
  const pointed: Stage = { ...stage, ...to, LastUpdatedDate: of.plane.date() };
  of.stages.set(stage.StageName, pointed);
  return pointed;
}
