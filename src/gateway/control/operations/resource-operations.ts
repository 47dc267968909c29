import { UNKNOWN_OPERATION_ERROR, WRONG_METHOD_ERROR } from '../../silent/control-choices.js';
import { ControlError } from '../control-error.js';
import { type JsonObject } from '../fields/fields.js';
import { type ControlRequest, type ControlResponse } from './control-request.js';
import { page } from './page.js';
import { createIn, find, type ResourceCollection } from './resource-collection.js';

/** The differences between the two versions of the control plane. */
interface WireFormat {
  readonly createdStatus: number;
  readonly deletedStatus: number;
  /** Names of query parameters. */
  readonly limit: string;
  readonly token: string;
  /** Names of members in the body of a list. */
  readonly items: string;
  readonly nextToken: string;
}
export const V1: WireFormat = {
  createdStatus: 201,
  deletedStatus: 202,
  limit: 'limit',
  token: 'position',
  items: 'item',
  nextToken: 'position',
};
export const V2: WireFormat = {
  createdStatus: 201,
  deletedStatus: 204,
  limit: 'maxResults',
  token: 'nextToken',
  items: 'items',
  nextToken: 'nextToken',
};

/**
 * The five operations that every kind of resource has: create, list, get, update and delete.
 *
 * @param path what follows the path of the collection: nothing, or the id
 * @throws {ControlError} every response other than success
 */
export function operateOnResources<Parent, T extends object>(
  format: WireFormat,
  collection: ResourceCollection<Parent, T>,
  parent: Parent,
  path: readonly string[],
  request: ControlRequest,
): ControlResponse {
  const [id, ...rest] = path;
  if (rest.length > 0) throw unknownOperation(request);
  if (id === undefined) {
    switch (request.method) {
      case 'POST': {
        const resource = createIn(collection, parent, request.json());
        return { status: format.createdStatus, body: collection.write(resource, request) };
      }
      case 'GET':
        return { status: 200, body: list(format, collection, parent, request) };
      default:
        throw methodNotAllowed(request, 'GET, POST');
    }
  }
  switch (request.method) {
    case 'GET':
      return { status: 200, body: collection.write(find(collection, parent, id), request) };
    case 'PATCH': {
      if (collection.update === undefined) break;
      const resource = collection.update(parent, find(collection, parent, id), request.json());
      return { status: collection.updatedStatus ?? 200, body: collection.write(resource, request) };
    }
    case 'DELETE':
      collection.delete(parent, find(collection, parent, id));
      return { status: format.deletedStatus };
  }
  throw methodNotAllowed(request, collection.update === undefined ? 'DELETE, GET' : 'DELETE, GET, PATCH');
}

/** For a part of a resource that has only the operation delete. */
export function deleteOnly(request: ControlRequest, performDelete: () => void): ControlResponse {
  if (request.method !== 'DELETE') throw methodNotAllowed(request, 'DELETE');
  performDelete();
  return { status: V2.deletedStatus };
}

export const unknownOperation = ({ method, segments }: ControlRequest) =>
  new ControlError(UNKNOWN_OPERATION_ERROR, `this gateway has no operation ${method} /${segments.join('/')}`);

export const methodNotAllowed = ({ method, segments }: ControlRequest, allow: string) =>
  new ControlError(WRONG_METHOD_ERROR, `/${segments.join('/')} allows ${allow}, not ${method}`, {
    allow,
  });

function list<Parent, T extends object>(
  format: WireFormat,
  collection: ResourceCollection<Parent, T>,
  parent: Parent,
  request: ControlRequest,
): JsonObject {
  const { searchParams } = request;
  const all = [...collection.items(parent)];
  const listed = all.filter(([, item]) => collection.isListed?.(parent, item, searchParams) ?? true);
  const { items, nextToken } = page(
    new Map(listed),
    searchParams.get(format.limit),
    searchParams.get(format.token),
  );
  return {
    [format.items]: items.map((item) => collection.write(item, request)),
    ...(nextToken !== undefined && { [format.nextToken]: nextToken }),
  };
}
