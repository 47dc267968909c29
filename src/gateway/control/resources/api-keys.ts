import { randomInt } from 'node:crypto';
import { type Collection } from '../operations/resource-collection.js';
import { badRequest, conflict } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { flag, notServed, readFields, text, writeFields } from '../fields/fields.js';
import { readPatch } from '../operations/patch-document.js';
import { newResourceId } from './resource-id.js';
import { type ApiKey } from '../resources.js';
import { TAGS } from './tags.js';

const FIELDS = {
  name: text({ max: 1024 }),
  description: text({}),
  customerId: text({}),
  enabled: flag(),
  value: text({ min: 20, max: 128 }),
  tags: TAGS,
  // AWS keeps these two for clients of before there were usage plans
  generateDistinctId: flag(),
  stageKeys: notServed(),
};

/**
 * API keys of the REST control plane; a usage plan says which stages one opens.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html
 */
export const apiKeys: Collection<ControlPlane, ApiKey> = {
  resourceType: 'ApiKey',

  items: (plane) => plane.apiKeys,
  isListed: (_plane, { name = '', customerId = '' }, query) =>
    name.startsWith(query.get('name') ?? '') && customerId.startsWith(query.get('customerId') ?? ''),

  /** The value is shown when the key is made, and otherwise only on request. */
  write({ value, ...key }, { method, searchParams }) {
    const isShown =
      method === 'POST' ||
      ['includeValue', 'includeValues'].some((name) => searchParams.get(name) === 'true');
    return writeFields(FIELDS, { ...key, stageKeys: [], ...(isShown && { value }) });
  },

  create(plane, input) {
    const { generateDistinctId: _, ...values } = readFields(FIELDS, input);
    const value = values.value ?? newValue();
    if (plane.apiKeys.values().some((other) => other.value === value)) {
      // [uncertain] AWS's words as remembered; no recording at hand
      throw conflict('API Key already exists');
    }
    const now = plane.seconds();
    const key: ApiKey = {
      // AWS's default: a key has to be enabled expressly
      enabled: false,
      tags: {},
      ...values,
      value,
      id: newResourceId('ApiKey', plane.apiKeys),
      createdDate: now,
      lastUpdatedDate: now,
    };
    plane.apiKeys.set(key.id, key);
    return key;
  },

  update(plane, key, input) {
    const changes = readPatch(input, [
      'replace /name',
      'replace /description',
      'replace /customerId',
      'replace /enabled',
    ]).map(({ path, value }) => [path.slice(1), path === '/enabled' ? asFlag(value) : value] as const);
    const values = readFields(FIELDS, Object.fromEntries(changes));
    const updated: ApiKey = { ...key, ...values, lastUpdatedDate: plane.seconds() };
    plane.apiKeys.set(key.id, updated);
    return updated;
  },

  /** It is no member of any usage plan then. */
  delete(plane, { id }) {
    plane.apiKeys.delete(id);
    for (const members of plane.usagePlanKeys.values()) members.delete(id);
  },
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 40 letters and digits, as AWS makes them. */
const newValue = () => Array.from({ length: 40 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

function asFlag(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw badRequest(`/enabled is '${value}'; it must be true or false`);
}
