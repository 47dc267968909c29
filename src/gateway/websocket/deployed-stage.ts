import { type ControlPlane, type ServedStage } from '../control/control-plane.js';
import { type Snapshot } from '../control/snapshot.js';
import { type ConnectionFacts } from '../mapping/context-variables.js';

/** A stage to which something is deployed. */
export type DeployedStage = ServedStage & { readonly snapshot: Snapshot };

/** @returns `undefined` when the stage does not exist, or nothing is deployed to it */
export function deployedStage(
  control: ControlPlane,
  { apiId, stage: name }: ConnectionFacts,
  stage = control.stage(apiId, name),
): DeployedStage | undefined {
  return stage?.snapshot && { ...stage, snapshot: stage.snapshot };
}

/** For the log: why `deployedStage` has no result. */
export function whyNotDeployed(control: ControlPlane, { apiId, stage }: ConnectionFacts): string {
  if (control.api(apiId) === undefined) return `there is no API ${apiId}`;
  return control.stage(apiId, stage) === undefined
    ? `the API has no stage ${stage}`
    : `nothing is deployed to the stage ${stage}`;
}
