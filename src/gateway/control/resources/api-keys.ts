import { randomInt } from 'node:crypto';
import { ASSUMED_TEXTS } from '../../silent/control-choices.js';
import { badRequest, conflict } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { API_KEY_FIELDS, type ApiKey } from '../fields/api-key-fields.js';
import { readFields, writeFields } from '../fields/fields.js';
import { readPatch } from '../operations/patch-document.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { newResourceId } from './resource-id.js';

/**
 * API keys of the REST control plane. Usage plans decide which stages a key opens.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html
 */
export const apiKeys: ResourceCollection<ControlPlane, ApiKey> = {
  resourceType: 'ApiKey',

  items: (plane) => plane.apiKeys,
  isListed: (_plane, { name = '', customerId = '' }, query) =>
    name.startsWith(query.get('name') ?? '') && customerId.startsWith(query.get('customerId') ?? ''),

  /** The value is part of the response to the creation, and otherwise only on request. */
  write({ value, ...key }, { method, searchParams }) {
    const isShown =
      method === 'POST' ||
      ['includeValue', 'includeValues'].some((name) => searchParams.get(name) === 'true');
    return writeFields(API_KEY_FIELDS, { ...key, stageKeys: [], ...(isShown && { value }) });
  },

  create(plane, input) {
    const { generateDistinctId: _, ...values } = readFields(API_KEY_FIELDS, input);
    const value = values.value ?? newValue();
    if (plane.apiKeys.values().some((other) => other.value === value)) {
      throw conflict(ASSUMED_TEXTS.apiKeyExists);
    }
    const now = plane.seconds();
    const key: ApiKey = {
      // AWS's default
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
    const values = readFields(API_KEY_FIELDS, Object.fromEntries(changes));
    const updated: ApiKey = { ...key, ...values, lastUpdatedDate: plane.seconds() };
    plane.apiKeys.set(key.id, updated);
    return updated;
  },

  /** Also removes the key from every usage plan. */
  delete(plane, { id }) {
    plane.apiKeys.delete(id);
    for (const members of plane.usagePlanKeys.values()) members.delete(id);
  },
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 40 letters and digits, like AWS's. */
const newValue = () => Array.from({ length: 40 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

function asFlag(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw badRequest(`/enabled is '${value}'; it must be true or false`);
}
