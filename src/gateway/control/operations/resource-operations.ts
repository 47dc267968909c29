import { type Asked, type Collection, createIn, find, page } from './resource-collection.js';
import { ControlError } from '../control-error.js';
import { type JsonObject } from '../fields/fields.js';

export interface ControlRequest extends Asked {
  /** The path, cut at its slashes and decoded. */
  readonly segments: readonly string[];
  /** @throws {ControlError} 400: the body is no JSON object */
  readonly json: () => JsonObject;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body?: JsonObject;
}

/** Where the two versions of the control plane differ. */
export interface Dialect {
  readonly created: number;
  readonly deleted: number;
  readonly limit: string;
  readonly token: string;
  readonly items: string;
  readonly nextToken: string;
}
export const V1: Dialect = {
  created: 201,
  deleted: 202,
  limit: 'limit',
  token: 'position',
  items: 'item',
  nextToken: 'position',
};
export const V2: Dialect = {
  created: 201,
  deleted: 204,
  limit: 'maxResults',
  token: 'nextToken',
  items: 'items',
  nextToken: 'nextToken',
};

/**
 * The five things that can be done with a kind of resource: create, list, get, update and delete.
 *
 * @param path what follows the collection's own path: nothing, or the id
 * @throws {ControlError} every answer other than success
 */
export function operateOn<Parent, T extends object>(
  dialect: Dialect,
  collection: Collection<Parent, T>,
  parent: Parent,
  path: readonly string[],
  request: ControlRequest,
): ControlAnswer {
  const [id, ...more] = path;
  if (more.length > 0) throw unknownOperation(request);
  if (id === undefined) {
    switch (request.method) {
      case 'POST': {
        const resource = createIn(collection, parent, request.json());
        return { status: dialect.created, body: collection.write(resource, request) };
      }
      case 'GET':
        return { status: 200, body: list(dialect, collection, parent, request) };
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
      // the models say so; of UpdateRoute alone a 201 was recorded (2026-09), which no SDK tells apart
      return { status: 200, body: collection.write(resource, request) };
    }
    case 'DELETE':
      collection.delete(parent, find(collection, parent, id));
      return { status: dialect.deleted };
  }
  throw methodNotAllowed(request, collection.update === undefined ? 'DELETE, GET' : 'DELETE, GET, PATCH');
}

/** Which of AWS's errors is not known for either; these are the names that Smithy gives them. */
export const unknownOperation = ({ method, segments }: ControlRequest) =>
  new ControlError(
    'UnknownOperationException',
    `this gateway serves no operation ${method} /${segments.join('/')}`,
  );

export const methodNotAllowed = ({ method, segments }: ControlRequest, allow: string) =>
  new ControlError('MethodNotAllowedException', `/${segments.join('/')} takes ${allow}, not ${method}`, {
    allow,
  });

function list<Parent, T extends object>(
  dialect: Dialect,
  collection: Collection<Parent, T>,
  parent: Parent,
  request: ControlRequest,
): JsonObject {
  const { searchParams } = request;
  const all = [...collection.items(parent)];
  const listed = all.filter(([, item]) => collection.isListed?.(parent, item, searchParams) ?? true);
  const { items, nextToken } = page(
    new Map(listed),
    searchParams.get(dialect.limit),
    searchParams.get(dialect.token),
  );
  return {
    [dialect.items]: items.map((item) => collection.write(item, request)),
    ...(nextToken !== undefined && { [dialect.nextToken]: nextToken }),
  };
}
