import { badRequest, notFound, quotaExceeded } from '../control-error.js';
import { type JsonObject } from '../fields/fields.js';

/**
 * One kind of resource, and what can be done with it.
 *
 * @template Parent the control plane itself, or the resources of one API
 */
export interface Collection<Parent, T extends object> {
  /** As AWS's errors call it, such as `Route`. */
  readonly resourceType: string;
  /** So many of them may one API have; adjustable on AWS. */
  readonly quota?: { readonly items: number; readonly plural: string };
  /** By id; a stage's is its name. */
  items(parent: Parent): ReadonlyMap<string, T>;
  /** Whether a list shows the resource; without this, every list shows all of them. */
  isListed?(parent: Parent, resource: T, query: URLSearchParams): boolean;
  /** The resource as the wire has it. */
  write(resource: T, asked: Asked): JsonObject;
  /** @throws {ControlError} 400, 404 or 409; the quota is looked at by `createIn` */
  create(parent: Parent, input: JsonObject): T;
  /**
   * What the input does not mention stays. Not there when AWS has no such operation.
   *
   * @throws {ControlError} 400, 404 or 409
   */
  update?(parent: Parent, resource: T, input: JsonObject): T;
  /** @throws {ControlError} 400 or 409: something still needs the resource */
  delete(parent: Parent, resource: T): void;
}

/** What of a request may decide how a resource is written. */
export interface Asked {
  readonly method: string;
  readonly searchParams: URLSearchParams;
}

/** @throws {ControlError} 404 */
export function find<Parent, T extends object>(
  collection: Collection<Parent, T>,
  parent: Parent,
  id: string,
): T {
  const resource = collection.items(parent).get(id);
  if (resource !== undefined) return resource;
  throw notFound(collection.resourceType, `Invalid ${collection.resourceType} identifier specified ${id}`);
}

/** @throws {ControlError} also 429: there are as many as there may be */
export function createIn<Parent, T extends object>(
  collection: Collection<Parent, T>,
  parent: Parent,
  input: JsonObject,
): T {
  const { quota } = collection;
  if (quota !== undefined && collection.items(parent).size >= quota.items) throw quotaExceeded(quota.plural);
  return collection.create(parent, input);
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Asks for the next page; not there on the last. */
  readonly nextToken?: string;
}

/**
 * One page of a collection, in the order of the ids (recorded of GetRoutes, 2026-09).
 *
 * @param limit the query parameter; AWS documents 25 unless told and at most 500 for v1, nothing for v2
 * @throws {ControlError} 400: no such limit, or a token that no page had
 */
export function page<T>(items: ReadonlyMap<string, T>, limit: string | null, token: string | null): Page<T> {
  const size = limit === null ? 25 : Number(limit);
  if (!/^\d+$/.test(limit ?? '25') || size < 1 || size > 500) {
    throw badRequest(`a page has 1 to 500 items, not '${limit}'`);
  }
  const after = token === null ? '' : decodeToken(token);
  const remaining = [...items].filter(([id]) => id > after).toSorted(byId);
  const onPage = remaining.slice(0, size);
  const last = onPage.at(-1);
  return {
    items: onPage.map(([, item]) => item),
    ...(remaining.length > size && last !== undefined && { nextToken: encodeToken(last[0]) }),
  };
}

/**
 * A map after an update that mentions only some of its keys: the others stay, and one that is sent with an empty
 * string goes. Terraform relies on it.
 *
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/stage.go
 */
export function mergeMap<T>(
  before: Readonly<Record<string, T>> | undefined,
  changes: Readonly<Record<string, T>> | undefined,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ''));
}

/**
 * A resource without the members that were sent as an empty string, which is how Terraform unsets them.
 *
 * @template T its required members cannot be empty
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/apigatewayv2/route.go
 */
export function withoutEmpty<T extends object>(resource: T): T {
  return Object.fromEntries(Object.entries(resource).filter(([, value]) => value !== '')) as T;
}

const byId = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);

const encodeToken = (id: string) => Buffer.from(id).toString('base64url');

function decodeToken(token: string): string {
  const id = Buffer.from(token, 'base64url').toString();
  if (id === '' || encodeToken(id) !== token) throw badRequest(`no page was given the token '${token}'`);
  return id;
}
