import { ASSUMED_TEXTS } from '../../silent/control-choices.js';
import { HTTP_TEXTS } from '../../silent/http-control-choices.js';
import { badRequest, conflict, notFound } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import {
  type ApiStage,
  THROTTLE,
  type UsagePlan,
  USAGE_PLAN_FIELDS,
  USAGE_PLAN_SETTINGS,
} from '../fields/usage-plan-fields.js';
import { type PatchOperation, readPatch } from '../operations/patch-document.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { newResourceId } from './resource-id.js';

const PATCHES = [
  'replace /name',
  'replace /description',
  'add /apiStages',
  'remove /apiStages',
  'replace /throttle/burstLimit',
  'replace /throttle/rateLimit',
  'remove /throttle',
];

/**
 * Usage plans of the REST control plane.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateUsagePlan.html
 */
export const usagePlans: ResourceCollection<ControlPlane, UsagePlan> = {
  resourceType: 'UsagePlan',

  items: (plane) => plane.usagePlans,
  isListed(plane, { id }, query) {
    const keyId = query.get('keyId');
    return keyId === null || (plane.usagePlanKeys.get(id)?.has(keyId) ?? false);
  },
  write: (plan) => writeFields(USAGE_PLAN_FIELDS, plan),

  create(plane, input) {
    const { apiStages = [], ...values } = requireFields(readFields(USAGE_PLAN_FIELDS, input), 'name');
    const id = newResourceId('UsagePlan', plane.usagePlans);
    const plan: UsagePlan = {
      tags: {},
      ...values,
      apiStages: apiStages.map((stage) => requireFields(stage, 'apiId', 'stage')),
      id,
    };
    for (const { apiId, stage } of plan.apiStages) checkStage(plane, apiId, stage);
    plane.usagePlans.set(id, plan);
    plane.usagePlanKeys.set(id, new Set());
    return plan;
  },

  update(plane, plan, input) {
    const updated = readPatch(input, PATCHES).reduce((now, change) => apply(plane, now, change), plan);
    checkOnePlanForEachStage(plane, updated, [...(plane.usagePlanKeys.get(plan.id) ?? [])]);
    plane.usagePlans.set(plan.id, updated);
    return updated;
  },

  delete(plane, { id, apiStages }) {
    if (apiStages.length > 0) {
      throw badRequest(ASSUMED_TEXTS.usagePlanHasStages(id, apiStages.length));
    }
    plane.usagePlans.delete(id);
    plane.usagePlanKeys.delete(id);
  },
};

/**
 * "A given API key can only be associated with one usage plan for each stage of your API." The error text is ours.
 *
 * @throws {ControlError} 409
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
 */
export function checkOnePlanForEachStage(
  plane: ControlPlane,
  plan: UsagePlan,
  keyIds: readonly string[],
): void {
  for (const { apiId, stage } of plan.apiStages) {
    const others = plane.usagePlans
      .values()
      .filter(({ id, apiStages }) => id !== plan.id && apiStages.some(isStage(apiId, stage)))
      .toArray();
    for (const { id } of others) {
      const keyId = keyIds.find((candidate) => plane.usagePlanKeys.get(id)?.has(candidate));
      if (keyId === undefined) continue;
      throw conflict(`API Key ${keyId} already has the Usage Plan ${id} for the API Stage ${apiId}:${stage}`);
    }
  }
}

function apply(plane: ControlPlane, plan: UsagePlan, { op, path, value }: PatchOperation): UsagePlan {
  switch (path) {
    case '/apiStages':
      return { ...plan, apiStages: withStage(plane, plan, op, value) };
    case '/throttle': {
      const { throttle: _, ...rest } = plan;
      return rest;
    }
    case '/throttle/burstLimit':
    case '/throttle/rateLimit': {
      const name = path.slice('/throttle/'.length);
      const limit = THROTTLE.read({ [name]: value.trim() === '' ? value : Number(value) }, 'throttle');
      return { ...plan, throttle: { ...plan.throttle, ...limit } };
    }
    default:
      return { ...plan, ...readFields(USAGE_PLAN_SETTINGS, { [path.slice(1)]: value }) };
  }
}

/** @param value `{apiId}:{stage}` */
function withStage(
  plane: ControlPlane,
  { apiStages }: UsagePlan,
  op: string,
  value: string,
): readonly ApiStage[] {
  const [apiId = '', stage = ''] = value.split(':');
  const isTarget = isStage(apiId, stage);
  const others = apiStages.filter((item) => !isTarget(item));
  if (op === 'remove') {
    if (others.length === apiStages.length) throw notFound('UsagePlan', ASSUMED_TEXTS.noApiStage(value));
    return others;
  }
  checkStage(plane, apiId, stage);
  return [...others, { apiId, stage }];
}

const isStage = (apiId: string, stage: string) => (item: ApiStage) =>
  item.apiId === apiId && item.stage === stage;

function checkStage(plane: ControlPlane, apiId: string, stage: string): void {
  const api = plane.apis.get(apiId);
  // H1.02
  if (api?.protocol === 'HTTP') throw badRequest(HTTP_TEXTS.noUsagePlan(apiId));
  if (api?.stages.has(stage)) return;
  throw notFound('Stage', ASSUMED_TEXTS.noApiStage(`${apiId}:${stage}`));
}
