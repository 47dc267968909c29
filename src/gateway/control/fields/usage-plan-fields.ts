import { integer, listOf, notSupported, number, oneOf, structure, text } from './field-kinds.js';
import { type Complete, type Stored } from './fields.js';
import { TAGS } from './shared-fields.js';

const API_STAGE = { apiId: text({ min: 1 }), stage: text({ min: 1 }) };

/** Limits of single methods: which routes of a WebSocket API their keys would name is not documented. */
const REQUESTED_API_STAGE = { ...API_STAGE, throttle: notSupported() };

/** Requests at once, and requests per second; an absent one is no limit. */
export const THROTTLE = structure({ burstLimit: integer(0, 2 ** 31 - 1), rateLimit: number(0) });

/** The fields of a usage plan that a patch can replace. */
export const USAGE_PLAN_SETTINGS = { name: text({ min: 1, max: 1024 }), description: text({}) };

export const USAGE_PLAN_FIELDS = {
  ...USAGE_PLAN_SETTINGS,
  apiStages: listOf(structure(REQUESTED_API_STAGE)),
  throttle: THROTTLE,
  /** Stored and returned; the gateway does not count. */
  quota: structure({
    limit: integer(0, 2 ** 31 - 1),
    offset: integer(0, 2 ** 31 - 1),
    period: oneOf(['DAY', 'WEEK', 'MONTH'] as const),
  }),
  tags: TAGS,
};

/** Which stages a plan's API keys open, and how fast (v1). */
export type UsagePlan = Omit<Stored<typeof USAGE_PLAN_FIELDS, 'name' | 'tags'>, 'apiStages'> & {
  readonly id: string;
  readonly apiStages: readonly ApiStage[];
};

export type ApiStage = Complete<typeof API_STAGE>;
