import { notFound, quotaExceeded } from '../control-error.js';
import { type JsonObject } from '../fields/fields.js';
import { type ControlRequest } from './control-request.js';

/**
 * One kind of resource, and what can be done with it.
 *
 * @template Parent what the resources belong to: the control plane, an API, or one resource of an API
 */
export interface ResourceCollection<Parent, T extends object> {
  /** The name in AWS's error messages, such as `Route`. */
  readonly resourceType: string;
  /** AWS's text for an id that does not exist; by default it names the type. */
  readonly unknownText?: (id: string) => string;
  /** By default 200. */
  readonly updatedStatus?: number;
  /** At most this many per API, or per account; adjustable on AWS. */
  readonly quota?: { readonly items: number; readonly plural: string; readonly owner?: 'account' };
  /** By id; a stage's id is its name. */
  items(parent: Parent): ReadonlyMap<string, T>;
  /** Whether a list contains the resource; without this method every list contains all of them. */
  isListed?(parent: Parent, resource: T, query: URLSearchParams): boolean;
  /** The resource as it is on the wire. */
  write(resource: T, request: ControlRequest): JsonObject;
  /** @throws {ControlError} 400, 404 or 409; the quota is checked by `createIn` */
  create(parent: Parent, input: JsonObject): T;
  /**
   * Fields that the input does not name stay unchanged. Absent when AWS has no such operation.
   *
   * @throws {ControlError} 400, 404 or 409
   */
  update?(parent: Parent, resource: T, input: JsonObject): T;
  /** @throws {ControlError} 400 or 409: the resource is still in use */
  delete(parent: Parent, resource: T): void;
}

/** @throws {ControlError} 404 */
export function find<Parent, T extends object>(
  collection: ResourceCollection<Parent, T>,
  parent: Parent,
  id: string,
): T {
  const resource = collection.items(parent).get(id);
  if (resource !== undefined) return resource;
  const { resourceType } = collection;
  // C9: without the id
  const text = collection.unknownText?.(id) ?? `Invalid ${resourceType} identifier specified`;
  throw notFound(resourceType, text);
}

/** @throws {ControlError} as `create`, and 429: the quota is used up */
export function createIn<Parent, T extends object>(
  collection: ResourceCollection<Parent, T>,
  parent: Parent,
  input: JsonObject,
): T {
  const { quota } = collection;
  if (quota !== undefined && collection.items(parent).size >= quota.items) {
    throw quotaExceeded(quota.plural, quota.owner);
  }
  return collection.create(parent, input);
}
