import { conflict, notFound } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { type ApiKey } from '../fields/api-key-fields.js';
import { oneOf, text } from '../fields/field-kinds.js';
import { readFields, requireFields } from '../fields/fields.js';
import { type UsagePlan } from '../fields/usage-plan-fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { checkOnePlanForEachStage } from './usage-plans.js';

const FIELDS = { keyId: text({ min: 1 }), keyType: oneOf(['API_KEY'] as const) };

/** The usage plan that the keys belong to. */
interface ParentUsagePlan {
  readonly plane: ControlPlane;
  readonly plan: UsagePlan;
}

/**
 * The API keys that are members of a usage plan.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateUsagePlanKey.html
 */
export const usagePlanKeys: ResourceCollection<ParentUsagePlan, ApiKey> = {
  resourceType: 'UsagePlanKey',

  items: ({ plane, plan }) => {
    const members = plane.usagePlanKeys.get(plan.id);
    return new Map([...plane.apiKeys].filter(([id]) => members?.has(id)));
  },
  isListed: (_parent, { name = '' }, query) => name.startsWith(query.get('name') ?? ''),
  write: ({ id, name, value }) => ({ id, type: 'API_KEY', value, ...(name !== undefined && { name }) }),

  create({ plane, plan }, input) {
    const { keyId } = requireFields(readFields(FIELDS, input), 'keyId', 'keyType');
    const key = plane.apiKeys.get(keyId);
    if (key === undefined) throw notFound('ApiKey', `Invalid API Key identifier specified ${keyId}`);
    const members = plane.usagePlanKeys.get(plan.id);
    if (members?.has(keyId)) throw conflict(`Usage Plan ${plan.id} already has the API Key ${keyId}`);
    checkOnePlanForEachStage(plane, plan, [keyId]);
    members?.add(keyId);
    return key;
  },

  delete({ plane, plan }, { id }) {
    plane.usagePlanKeys.get(plan.id)?.delete(id);
  },
};
