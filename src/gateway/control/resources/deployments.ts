import { ASSUMED_TEXTS } from '../../silent/control-choices.js';
import { badRequest, unknownReference } from '../control-error.js';
import { type Deployment, DEPLOYMENT_FIELDS, DEPLOYMENT_SETTINGS } from '../fields/deployment-fields.js';
import { readFields, writeFields } from '../fields/fields.js';
import { type Stage } from '../fields/stage-fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { newResourceId } from './resource-id.js';
import { type StagedApi } from './staged-api.js';

/** AWS's text: https://github.com/aws/serverless-application-model/issues/2512 */
const NO_ROUTES = 'At least one route is required before deploying the Api';

export const deployments: ResourceCollection<StagedApi, Deployment> = {
  resourceType: 'Deployment',

  items: (resources) => resources.deployments,
  write: (deployment) => writeFields(DEPLOYMENT_FIELDS, deployment),

  create(resources, input) {
    const { StageName, ...settings } = readFields(DEPLOYMENT_FIELDS, input);
    const stage = StageName === undefined ? undefined : resources.stages.get(StageName);
    if (StageName !== undefined && stage === undefined) {
      throw unknownReference('StageName', 'Stage', `Invalid Stage identifier specified ${StageName}`);
    }
    if (stage?.AutoDeploy) throw autoDeployIsOn(resources);
    if (resources.routes.size === 0) throw badRequest(NO_ROUTES);
    const deployment = deploy(resources, { ...settings, AutoDeployed: false });
    if (stage) point(resources, stage, { DeploymentId: deployment.DeploymentId });
    return deployment;
  },

  update(resources, deployment, input) {
    const updated: Deployment = { ...deployment, ...readFields(DEPLOYMENT_SETTINGS, input) };
    resources.deployments.set(deployment.DeploymentId, updated);
    return updated;
  },

  delete(resources, { DeploymentId }) {
    if (resources.stages.values().some((stage) => stage.DeploymentId === DeploymentId)) {
      throw badRequest(ASSUMED_TEXTS.deploymentInUse);
    }
    resources.deployments.delete(DeploymentId);
    resources.thaw(DeploymentId);
  },
};

/** Deploys to every stage with `AutoDeploy`. Call it after each change of what a deployment contains. */
export function deployAutomatically(resources: StagedApi): void {
  const stages = resources.stages.values().filter(({ AutoDeploy }) => AutoDeploy);
  // a copy: deploying replaces the stage in the map
  for (const stage of stages.toArray()) deployToStage(resources, stage);
}

/** Deploys to one stage with `AutoDeploy`. An API without routes is not deployed: the stage keeps its deployment. */
export function deployToStage(resources: StagedApi, stage: Stage): Stage {
  if (resources.routes.size === 0) {
    return point(resources, stage, {
      LastDeploymentStatusMessage: `Deployment attempt failed: ${NO_ROUTES}.`,
    });
  }
  const { DeploymentId } = deploy(resources, {
    AutoDeployed: true,
    Description: 'Automatic deployment triggered by changes to the Api configuration',
  });
  return point(resources, stage, {
    DeploymentId,
    // AWS's text, as in many listings of get-stages
    LastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${DeploymentId}'`,
  });
}

/** AWS's text: https://github.com/go-to-k/cdk-real-drift/issues/667 */
export const autoDeployIsOn = ({ api: { ApiId }, plane: { accountId } }: StagedApi) =>
  badRequest(
    `Deployment ID cannot be set on this stage ${accountId}:${ApiId} because AutoDeploy is enabled.`,
  );

function deploy(
  resources: StagedApi,
  settings: Pick<Deployment, 'AutoDeployed' | 'Description'>,
): Deployment {
  const deployment: Deployment = {
    ...settings,
    DeploymentId: newResourceId('Deployment', resources.deployments),
    DeploymentStatus: 'DEPLOYED',
    CreatedDate: resources.plane.date(),
  };
  resources.deployments.set(deployment.DeploymentId, deployment);
  resources.freeze(deployment.DeploymentId);
  return deployment;
}

function point(
  resources: StagedApi,
  stage: Stage,
  target: Pick<Stage, 'DeploymentId' | 'LastDeploymentStatusMessage'>,
): Stage {
  const pointed: Stage = { ...stage, ...target, LastUpdatedDate: resources.plane.date() };
  resources.stages.set(stage.StageName, pointed);
  return pointed;
}
