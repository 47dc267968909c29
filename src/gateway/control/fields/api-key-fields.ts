import { flag, notSupported, text } from './field-kinds.js';
import { type Stored } from './fields.js';
import { TAGS } from './shared-fields.js';

const SETTINGS = {
  name: text({ max: 1024 }),
  description: text({}),
  customerId: text({}),
  enabled: flag(),
  value: text({ min: 20, max: 128 }),
  tags: TAGS,
};

export const API_KEY_FIELDS = {
  ...SETTINGS,
  // AWS keeps these two for clients that are older than usage plans
  generateDistinctId: flag(),
  stageKeys: notSupported(),
};

/** An API key of the REST control plane (v1). */
export type ApiKey = Stored<typeof SETTINGS, 'enabled' | 'value' | 'tags'> & {
  readonly id: string;
  /** Seconds since 1970, as v1 writes its dates; so is the next. */
  readonly createdDate: number;
  readonly lastUpdatedDate: number;
};
