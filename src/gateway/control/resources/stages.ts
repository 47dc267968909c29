import { LIMITS } from '../../limits.js';
import { ASSUMED_TEXTS, mergeMap, withoutEmpty } from '../../silent.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { badRequest, conflict, notFound, unknownReference } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { autoDeployIsOn, deployToStage } from './deployments.js';
import { readFields, requireFields, type Values, writeFields } from '../fields/fields.js';
import {
  type AccessLogSettings,
  type RouteSettings,
  type Stage,
  STAGE_FIELDS,
  STAGE_SETTINGS,
} from '../fields/stage-fields.js';

export const stages: ResourceCollection<ApiResources, Stage> = {
  resourceType: 'Stage',
  quota: { items: LIMITS.stages, plural: 'Stages' },

  items: (of) => of.stages,
  write: (stage) => writeFields(STAGE_FIELDS, stage),

  create(of, input) {
    const { AccessLogSettings, ...values } = requireFields(readFields(STAGE_FIELDS, input), 'StageName');
    if (of.stages.has(values.StageName)) throw conflict(`Stage ${values.StageName} already exists`);
    const CreatedDate = of.plane.date();
    const stage: Stage = {
      AutoDeploy: false,
      StageVariables: {},
      RouteSettings: {},
      Tags: {},
      ...values,
      ...(AccessLogSettings && { AccessLogSettings: checkAccessLog(AccessLogSettings) }),
      DefaultRouteSettings: { ...DEFAULT_ROUTE_SETTINGS, ...values.DefaultRouteSettings },
      CreatedDate,
      LastUpdatedDate: CreatedDate,
    };
    return put(of, stage, values, stage.AutoDeploy);
  },

  update(of, { LastDeploymentStatusMessage, ...stage }, input) {
    const { AccessLogSettings, ...values } = readFields(STAGE_SETTINGS, input);
    const { AutoDeploy = stage.AutoDeploy } = values;
    const updated: Stage = {
      ...stage,
      ...values,
      // "Supported only for stages with autoDeploy enabled"
      ...(AutoDeploy && LastDeploymentStatusMessage !== undefined && { LastDeploymentStatusMessage }),
      ...(AccessLogSettings && {
        AccessLogSettings: checkAccessLog({ ...stage.AccessLogSettings, ...AccessLogSettings }),
      }),
      StageVariables: mergeMap(stage.StageVariables, values.StageVariables),
      DefaultRouteSettings: { ...stage.DefaultRouteSettings, ...values.DefaultRouteSettings },
      RouteSettings: mergeMap(stage.RouteSettings, values.RouteSettings),
      LastUpdatedDate: of.plane.date(),
    };
    return put(of, updated, values, AutoDeploy && !stage.AutoDeploy);
  },

  delete(of, { StageName }) {
    const { ApiId } = of.api;
    const mappings = of.plane.apiMappings.values().flatMap((each) => each.values());
    if (mappings.some((mapping) => mapping.ApiId === ApiId && mapping.Stage === StageName)) {
      throw badRequest(ASSUMED_TEXTS.stageIsMapped(StageName));
    }
    of.plane.deleteStage(ApiId, StageName);
  },
};

/** DeleteAccessLogSettings; not an error for a stage without any. */
export function deleteAccessLogSettings(of: ApiResources, stage: Stage): void {
  const { AccessLogSettings: _, ...rest } = stage;
  of.stages.set(stage.StageName, { ...rest, LastUpdatedDate: of.plane.date() });
}

/** @throws {ControlError} 404: the stage has no settings for the route key */
export function deleteRouteSettings(of: ApiResources, stage: Stage, routeKey: string): void {
  const { [routeKey]: settings, ...RouteSettings } = stage.RouteSettings;
  if (settings === undefined || !Object.hasOwn(stage.RouteSettings, routeKey)) {
    throw notFound(
      'RouteSettings',
      `Stage ${stage.StageName} has no route settings for the key '${routeKey}'`,
    );
  }
  of.stages.set(stage.StageName, { ...stage, RouteSettings, LastUpdatedDate: of.plane.date() });
}

/** Recorded of CreateStage for a WebSocket API, 2026-09. */
const DEFAULT_ROUTE_SETTINGS: RouteSettings = {
  DataTraceEnabled: false,
  DetailedMetricsEnabled: false,
  LoggingLevel: 'OFF',
};

function put(
  of: ApiResources,
  settings: Stage,
  given: Values<typeof STAGE_SETTINGS>,
  deploysNow: boolean,
): Stage {
  const stage = withoutEmpty(settings);
  checkDeployment(of, stage, given.DeploymentId);
  checkStageVariables(stage);
  checkRouteSettings(of, given.RouteSettings ?? {});
  of.stages.set(stage.StageName, stage);
  return deploysNow ? deployToStage(of, stage) : stage;
}

function checkDeployment(of: ApiResources, { AutoDeploy }: Stage, id: string | undefined): void {
  if (id === undefined) return;
  if (AutoDeploy) throw autoDeployIsOn(of);
  if (!of.deployments.has(id))
    throw unknownReference('DeploymentId', 'Deployment', `Invalid Deployment identifier specified ${id}`);
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-stages.html */
function checkStageVariables({ StageVariables }: Stage): void {
  const variables = Object.entries(StageVariables);
  if (variables.length > LIMITS.stageVariables) {
    throw badRequest(
      `StageVariables has ${variables.length} members; a stage may have ${LIMITS.stageVariables}`,
    );
  }
  for (const [name, value] of variables) {
    if (!/^\w+$/.test(name)) {
      throw badRequest(`StageVariables: the name '${name}' may contain letters, digits and underscores only`);
    }
    if (name.length > LIMITS.stageVariableNameLength) {
      throw badRequest(
        `StageVariables: the name '${name}' has over ${LIMITS.stageVariableNameLength} characters`,
      );
    }
    if (value === '') throw badRequest(`StageVariables: '${name}' is empty`);
  }
}

function checkRouteSettings(of: ApiResources, settings: Readonly<Record<string, RouteSettings>>): void {
  const routeKeys = new Set(of.routes.values().map(({ RouteKey }) => RouteKey));
  for (const key of Object.keys(settings)) {
    if (routeKeys.has(key)) continue;
    // AWS's text and status: https://github.com/terraform-aws-modules/terraform-aws-apigateway-v2/pull/80
    throw notFound('Route', `Unable to find Route by key ${key} within the provided RouteSettings`);
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html */
function checkAccessLog({ DestinationArn = '', Format = '' }: Partial<AccessLogSettings>): AccessLogSettings {
  if (DestinationArn === '' || Format === '') {
    // AWS's text, recorded 2026-09
    throw badRequest('Access Log value missing. Expected destinationArn and format.');
  }
  if (!DestinationArn.startsWith('arn:')) {
    throw badRequest(
      `AccessLogSettings.DestinationArn '${DestinationArn}' is not the ARN of a log group or delivery stream`,
    );
  }
  if (!/\$context\.(requestId|extendedRequestId)\b/.test(Format)) {
    throw badRequest(
      'AccessLogSettings.Format must contain $context.requestId or $context.extendedRequestId',
    );
  }
  return { DestinationArn, Format };
}
