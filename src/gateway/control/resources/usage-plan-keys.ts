import { type Collection } from '../operations/resource-collection.js';
import { conflict, notFound } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { oneOf, readFields, requireFields, text } from '../fields/fields.js';
import { checkOnePlanForEachStage } from './usage-plans.js';
import { type ApiKey, type UsagePlan } from '../resources.js';

const FIELDS = { keyId: text({ min: 1 }), keyType: oneOf(['API_KEY'] as const) };

/** The usage plan that the keys belong to. */
export interface OfUsagePlan {
  readonly plane: ControlPlane;
  readonly plan: UsagePlan;
}

/**
 * Which API keys are members of a usage plan.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateUsagePlanKey.html
 */
export const usagePlanKeys: Collection<OfUsagePlan, ApiKey> = {
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
    if (members?.has(keyId)) throw conflict(`Usage Plan ${plan.id} has the API Key ${keyId} already`);
    checkOnePlanForEachStage(plane, plan, [keyId]);
    members?.add(keyId);
    return key;
  },

  delete({ plane, plan }, { id }) {
    plane.usagePlanKeys.get(plan.id)?.delete(id);
  },
};
