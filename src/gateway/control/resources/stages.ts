import { LIMITS } from '../../limits.js';
import { ASSUMED_TEXTS, mergeMap, withoutEmpty } from '../../silent/control-choices.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { badRequest, conflict, notFound, unknownReference } from '../control-error.js';
import { autoDeployIsOn, deployToStage } from './deployments.js';
import { readFields, requireFields, type Values, writeFields } from '../fields/fields.js';
import {
  type AccessLogSettings,
  type RouteSettings,
  type Stage,
  STAGE_FIELDS,
  STAGE_SETTINGS,
} from '../fields/stage-fields.js';
import { type StagedApi } from './staged-api.js';

export const stages = stageCollection({
  settings: STAGE_SETTINGS,
  fields: STAGE_FIELDS,
  // recorded of CreateStage for a WebSocket API, 2026-09: it has no AutoDeploy
  presets: {},
  defaultRouteSettings: { DataTraceEnabled: false, DetailedMetricsEnabled: false, LoggingLevel: 'OFF' },
  checkFormat(format) {
    if (/\$context\.(requestId|extendedRequestId)\b/.test(format)) return;
    throw badRequest(
      'AccessLogSettings.Format must contain $context.requestId or $context.extendedRequestId',
    );
  },
});

/** The differences between the stages of the two protocols. */
export interface StageKind {
  readonly settings: typeof STAGE_SETTINGS;
  readonly fields: typeof STAGE_FIELDS;
  /** Values of a stage that is created without them. */
  readonly presets: Pick<Stage, 'AutoDeploy'>;
  readonly defaultRouteSettings: RouteSettings;
  /** @throws {ControlError} 400: the format of an access log is not valid */
  readonly checkFormat: (format: string) => void;
}

export function stageCollection(kind: StageKind): ResourceCollection<StagedApi, Stage> {
  return {
    resourceType: 'Stage',
    quota: { items: LIMITS.stages, plural: 'Stages' },

    items: (resources) => resources.stages,
    write: (stage) => writeFields(kind.fields, stage),

    create(resources, input) {
      const { AccessLogSettings, ...values } = requireFields(readFields(kind.fields, input), 'StageName');
      if (resources.stages.has(values.StageName)) throw conflict(`Stage ${values.StageName} already exists`);
      const CreatedDate = resources.plane.date();
      const stage: Stage = {
        ...kind.presets,
        StageVariables: {},
        RouteSettings: {},
        Tags: {},
        ...values,
        ...(AccessLogSettings && { AccessLogSettings: checkAccessLog(kind, AccessLogSettings) }),
        DefaultRouteSettings: { ...kind.defaultRouteSettings, ...values.DefaultRouteSettings },
        CreatedDate,
        LastUpdatedDate: CreatedDate,
      };
      return put(resources, stage, values, stage.AutoDeploy === true);
    },

    update(resources, { LastDeploymentStatusMessage, ...stage }, input) {
      const { AccessLogSettings, ...values } = readFields(kind.settings, input);
      const { AutoDeploy = stage.AutoDeploy ?? false } = values;
      const updated: Stage = {
        ...stage,
        ...values,
        // "Supported only for stages with autoDeploy enabled"
        ...(AutoDeploy && LastDeploymentStatusMessage !== undefined && { LastDeploymentStatusMessage }),
        ...(AccessLogSettings && {
          AccessLogSettings: checkAccessLog(kind, { ...stage.AccessLogSettings, ...AccessLogSettings }),
        }),
        StageVariables: mergeMap(stage.StageVariables, values.StageVariables),
        DefaultRouteSettings: { ...stage.DefaultRouteSettings, ...values.DefaultRouteSettings },
        RouteSettings: mergeMap(stage.RouteSettings, values.RouteSettings),
        LastUpdatedDate: resources.plane.date(),
      };
      return put(resources, updated, values, AutoDeploy && !stage.AutoDeploy);
    },

    delete(resources, { StageName }) {
      const { ApiId } = resources.api;
      const mappings = resources.plane.apiMappings.values().flatMap((each) => each.values());
      if (mappings.some((mapping) => mapping.ApiId === ApiId && mapping.Stage === StageName)) {
        throw badRequest(ASSUMED_TEXTS.stageIsMapped(StageName));
      }
      resources.plane.deleteStage(ApiId, StageName);
    },
  };
}

/** DeleteAccessLogSettings; not an error for a stage without any. */
export function deleteAccessLogSettings(resources: StagedApi, stage: Stage): void {
  const { AccessLogSettings: _, ...rest } = stage;
  resources.stages.set(stage.StageName, { ...rest, LastUpdatedDate: resources.plane.date() });
}

/** @throws {ControlError} 404: the stage has no settings for the route key */
export function deleteRouteSettings(resources: StagedApi, stage: Stage, routeKey: string): void {
  const { [routeKey]: settings, ...RouteSettings } = stage.RouteSettings;
  if (settings === undefined || !Object.hasOwn(stage.RouteSettings, routeKey)) {
    throw notFound(
      'RouteSettings',
      `Stage ${stage.StageName} has no route settings for the key '${routeKey}'`,
    );
  }
  resources.stages.set(stage.StageName, { ...stage, RouteSettings, LastUpdatedDate: resources.plane.date() });
}

function put(
  resources: StagedApi,
  settings: Stage,
  given: Values<typeof STAGE_SETTINGS>,
  deploysNow: boolean,
): Stage {
  const stage = withoutEmpty(settings);
  checkDeployment(resources, stage, given.DeploymentId);
  checkStageVariables(stage);
  checkRouteSettings(resources, given.RouteSettings ?? {});
  resources.stages.set(stage.StageName, stage);
  return deploysNow ? deployToStage(resources, stage) : stage;
}

function checkDeployment(resources: StagedApi, { AutoDeploy }: Stage, id: string | undefined): void {
  if (id === undefined) return;
  if (AutoDeploy) throw autoDeployIsOn(resources);
  if (!resources.deployments.has(id))
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

function checkRouteSettings(resources: StagedApi, settings: Readonly<Record<string, RouteSettings>>): void {
  const routeKeys = new Set(resources.routes.values().map(({ RouteKey }) => RouteKey));
  for (const key of Object.keys(settings)) {
    if (routeKeys.has(key)) continue;
    // AWS's text and status: https://github.com/terraform-aws-modules/terraform-aws-apigateway-v2/pull/80
    throw notFound('Route', `Unable to find Route by key ${key} within the provided RouteSettings`);
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html */
function checkAccessLog(
  kind: StageKind,
  { DestinationArn = '', Format = '' }: Partial<AccessLogSettings>,
): AccessLogSettings {
  if (DestinationArn === '' || Format === '') {
    // AWS's text, recorded 2026-09
    throw badRequest('Access Log value missing. Expected destinationArn and format.');
  }
  if (!DestinationArn.startsWith('arn:')) {
    throw badRequest(
      `AccessLogSettings.DestinationArn '${DestinationArn}' is not the ARN of a log group or delivery stream`,
    );
  }
  kind.checkFormat(Format);
  return { DestinationArn, Format };
}
