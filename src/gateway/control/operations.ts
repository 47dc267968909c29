import { apis } from './apis.js';
import { type Collection, find, page } from './collection.js';
import { ControlError } from './control-error.js';
import { type ApiResources, type ControlPlane } from './control-plane.js';
import { deployments } from './deployments.js';
import { type JsonObject } from './fields.js';
import { integrations } from './integrations.js';
import { deleteRouteRequestParameter, routes } from './routes.js';
import { stages } from './stages.js';
import { vpcLinks } from './vpc-links.js';

/** What `/v2/apis/{apiId}/…` has, by its word in the path. */
const OF_AN_API: Readonly<Record<string, Collection<ApiResources, object>>> = {
  routes,
  integrations,
  deployments,
  stages,
};

export interface ControlRequest {
  readonly method: string;
  /** The path, cut at its slashes and decoded. */
  readonly segments: readonly string[];
  readonly searchParams: URLSearchParams;
  /** @throws {ControlError} 400: the body is no JSON object */
  readonly json: () => JsonObject;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body?: JsonObject;
}

/**
 * Does what the request's method and path name: create, list, get, update or delete a resource.
 *
 * @throws {ControlError} every answer other than success
 */
export function operate(plane: ControlPlane, request: ControlRequest): ControlAnswer {
  const [root, ...afterRoot] = request.segments;
  if (root === 'vpclinks') return operateOn(V1, vpcLinks, plane, afterRoot, request);
  if (root !== 'v2' || afterRoot[0] !== 'apis') throw unknownOperation(request);

  const [, apiId, word, ...rest] = afterRoot;
  if (apiId === undefined || word === undefined) {
    return operateOn(V2, apis, plane, afterRoot.slice(1), request);
  }
  const collection = Object.hasOwn(OF_AN_API, word) ? OF_AN_API[word] : undefined;
  if (collection === undefined) throw unknownOperation(request);
  const of = find(apis, plane, apiId);
  const [id, inner, key] = rest;
  if (collection === routes && id !== undefined && inner === 'requestparameters' && key !== undefined) {
    if (request.method !== 'DELETE') throw methodNotAllowed(request, 'DELETE');
    deleteRouteRequestParameter(of, find(routes, of, id), key);
    return { status: V2.deleted };
  }
  return operateOn(V2, collection, of, rest, request);
}

/** Where the two versions of the control plane differ. */
interface Dialect {
  readonly created: number;
  readonly deleted: number;
  readonly limit: string;
  readonly token: string;
  readonly items: string;
  readonly nextToken: string;
}
const V1: Dialect = {
  created: 202,
  deleted: 202,
  limit: 'limit',
  token: 'position',
  items: 'item',
  nextToken: 'position',
};
const V2: Dialect = {
  created: 201,
  deleted: 204,
  limit: 'maxResults',
  token: 'nextToken',
  items: 'items',
  nextToken: 'nextToken',
};

/** The five things that can be done with every kind of resource. */
function operateOn<Parent, T extends object>(
  dialect: Dialect,
  collection: Collection<Parent, T>,
  parent: Parent,
  [id, ...more]: readonly string[],
  request: ControlRequest,
): ControlAnswer {
  const { method, searchParams } = request;
  if (more.length > 0) throw unknownOperation(request);
  if (id === undefined) {
    switch (method) {
      case 'POST':
        return {
          status: dialect.created,
          body: collection.write(collection.create(parent, request.json())),
        };
      case 'GET': {
        const { items, nextToken } = page(
          collection.items(parent),
          searchParams.get(dialect.limit),
          searchParams.get(dialect.token),
        );
        return {
          status: 200,
          body: {
            [dialect.items]: items.map((item) => collection.write(item)),
            ...(nextToken !== undefined && { [dialect.nextToken]: nextToken }),
          },
        };
      }
      default:
        throw methodNotAllowed(request, 'GET, POST');
    }
  }
  switch (method) {
    case 'GET':
      return { status: 200, body: collection.write(find(collection, parent, id)) };
    case 'PATCH':
      return {
        // the models say so; of UpdateRoute alone a 201 was recorded (2026-09), which no SDK tells apart
        status: 200,
        body: collection.write(collection.update(parent, find(collection, parent, id), request.json())),
      };
    case 'DELETE':
      collection.delete(parent, find(collection, parent, id));
      return { status: dialect.deleted };
    default:
      throw methodNotAllowed(request, 'DELETE, GET, PATCH');
  }
}

/** Which of AWS's errors is not known for either; these are the names that Smithy gives them. */
const unknownOperation = ({ method, segments }: ControlRequest) =>
  new ControlError(
    'UnknownOperationException',
    `this gateway serves no operation ${method} /${segments.join('/')}`,
  );

const methodNotAllowed = ({ method, segments }: ControlRequest, allow: string) =>
  new ControlError('MethodNotAllowedException', `/${segments.join('/')} takes ${allow}, not ${method}`, {
    allow,
  });
