import { type Collection } from '../operations/resource-collection.js';
import { badRequest, conflict, notFound } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import {
  integer,
  listOf,
  number,
  oneOf,
  readFields,
  requireFields,
  structure,
  text,
  writeFields,
} from '../fields/fields.js';
import { type PatchOperation, readPatch } from '../operations/patch-document.js';
import { newResourceId } from './resource-id.js';
import { type UsagePlan } from '../resources.js';
import { TAGS } from './tags.js';

const THROTTLE = structure({ burstLimit: integer(0, 2 ** 31 - 1), rateLimit: number(0) });
const SETTINGS = { name: text({ min: 1, max: 1024 }), description: text({}) };
const FIELDS = {
  ...SETTINGS,
  apiStages: listOf(structure({ apiId: text({ min: 1 }), stage: text({ min: 1 }) })),
  throttle: THROTTLE,
  quota: structure({
    limit: integer(0, 2 ** 31 - 1),
    offset: integer(0, 2 ** 31 - 1),
    period: oneOf(['DAY', 'WEEK', 'MONTH'] as const),
  }),
  tags: TAGS,
};
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
export const usagePlans: Collection<ControlPlane, UsagePlan> = {
  resourceType: 'UsagePlan',

  items: (plane) => plane.usagePlans,
  isListed(plane, { id }, query) {
    const keyId = query.get('keyId');
    return keyId === null || (plane.usagePlanKeys.get(id)?.has(keyId) ?? false);
  },
  write: (plan) => writeFields(FIELDS, plan),

  create(plane, input) {
    const { apiStages = [], ...values } = requireFields(readFields(FIELDS, input), 'name');
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
      // Terraform removes the stages first because AWS refuses otherwise; the words are ours:
      // https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigateway/usage_plan.go
      throw badRequest(`Cannot delete Usage Plan ${id}: remove its ${apiStages.length} API stages first`);
    }
    plane.usagePlans.delete(id);
    plane.usagePlanKeys.delete(id);
  },
};

/**
 * "A given API key can only be associated with one usage plan for each stage of your API." The words are ours.
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
      const keyId = keyIds.find((each) => plane.usagePlanKeys.get(id)?.has(each));
      if (keyId === undefined) continue;
      throw conflict(`API Key ${keyId} has the Usage Plan ${id} for the API Stage ${apiId}:${stage} already`);
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
      return { ...plan, ...readFields(SETTINGS, { [path.slice(1)]: value }) };
  }
}

/** @param value `{apiId}:{stage}` */
function withStage(
  plane: ControlPlane,
  { apiStages }: UsagePlan,
  op: string,
  value: string,
): UsagePlan['apiStages'] {
  const [apiId = '', stage = ''] = value.split(':');
  const isMeant = isStage(apiId, stage);
  const others = apiStages.filter((item) => !isMeant(item));
  if (op === 'remove') {
    if (others.length === apiStages.length) throw notFound('UsagePlan', `API Stage not found: ${value}`);
    return others;
  }
  checkStage(plane, apiId, stage);
  return [...others, { apiId, stage }];
}

const isStage = (apiId: string, stage: string) => (item: UsagePlan['apiStages'][number]) =>
  item.apiId === apiId && item.stage === stage;

function checkStage(plane: ControlPlane, apiId: string, stage: string): void {
  if (plane.apis.get(apiId)?.stages.has(stage)) return;
  // [uncertain] AWS's words as remembered; no recording at hand
  throw notFound('Stage', `API Stage not found: ${apiId}:${stage}`);
}
