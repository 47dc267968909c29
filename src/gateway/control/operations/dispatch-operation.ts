import { apiKeys } from '../resources/api-keys.js';
import { apiMappings } from '../resources/api-mappings.js';
import { apis } from '../resources/apis.js';
import { authorizers } from '../resources/authorizers.js';
import { type Collection, find } from './resource-collection.js';
import { type ApiResources, type ControlPlane } from '../control-plane.js';
import { deployments } from '../resources/deployments.js';
import { domainNames } from '../resources/domain-names.js';
import { integrationResponses } from '../resources/integration-responses.js';
import { integrations } from '../resources/integrations.js';
import { modelTemplate } from '../resources/model-template.js';
import { models } from '../resources/models.js';
import {
  type ControlAnswer,
  type ControlRequest,
  methodNotAllowed,
  operateOn,
  unknownOperation,
  V1,
  V2,
} from './resource-operations.js';
import { routeResponses } from '../resources/route-responses.js';
import { deleteRouteRequestParameter, routes } from '../resources/routes.js';
import { deleteAccessLogSettings, deleteRouteSettings, stages } from '../resources/stages.js';
import { findTaggable, tag, untag } from '../resources/tags.js';
import { usagePlanKeys } from '../resources/usage-plan-keys.js';
import { usagePlans } from '../resources/usage-plans.js';
import { vpcLinks } from '../resources/vpc-links.js';

/** What `/v2/apis/{apiId}/…` has, by its word in the path. */
const OF_AN_API: Readonly<Record<string, Collection<ApiResources, object>>> = {
  routes,
  integrations,
  authorizers,
  models,
  deployments,
  stages,
};

/**
 * Does what the request's method and path name.
 *
 * @throws {ControlError} every answer other than success
 */
export function operate(plane: ControlPlane, request: ControlRequest): ControlAnswer {
  const [root, ...path] = request.segments;
  switch (root) {
    case 'v2':
      return operateV2(plane, path, request);
    case 'vpclinks':
      // accepted: AWS has to build it first
      return operateOn({ ...V1, created: 202 }, vpcLinks, plane, path, request);
    case 'apikeys':
      if (request.searchParams.get('mode') === 'import') throw unknownOperation(request);
      return operateOn(V1, apiKeys, plane, path, request);
    case 'usageplans': {
      const [id, word, ...keyPath] = path;
      if (id === undefined || word !== 'keys') return operateOn(V1, usagePlans, plane, path, request);
      const plan = find(usagePlans, plane, id);
      return operateOn(V1, usagePlanKeys, { plane, plan }, keyPath, request);
    }
    default:
      throw unknownOperation(request);
  }
}

function operateV2(plane: ControlPlane, path: readonly string[], request: ControlRequest): ControlAnswer {
  const [kind, id, word, ...rest] = path;
  switch (kind) {
    case 'apis':
      if (id === undefined || word === undefined) {
        // ImportApi and ReimportApi
        if (request.method === 'PUT') throw unknownOperation(request);
        return operateOn(V2, apis, plane, path.slice(1), request);
      }
      return operateOnApi(plane, id, word, rest, request);
    case 'domainnames': {
      if (id === undefined || word !== 'apimappings') {
        return operateOn(V2, domainNames, plane, path.slice(1), request);
      }
      const domainName = find(domainNames, plane, id);
      return operateOn(V2, apiMappings, { plane, domainName }, rest, request);
    }
    case 'tags':
      // an ARN has slashes, which not every client encodes
      return operateOnTags(plane, path.slice(1).join('/'), request);
    default:
      throw unknownOperation(request);
  }
}

/** @param word what of the API, such as `routes` */
function operateOnApi(
  plane: ControlPlane,
  apiId: string,
  word: string,
  path: readonly string[],
  request: ControlRequest,
): ControlAnswer {
  const collection = Object.hasOwn(OF_AN_API, word) ? OF_AN_API[word] : undefined;
  if (collection === undefined) throw unknownOperation(request);
  const of = find(apis, plane, apiId);
  const [id, inner, ...below] = path;
  const [key, ...more] = below;
  if (id === undefined || inner === undefined) return operateOn(V2, collection, of, path, request);

  switch (`${word}/${inner}`) {
    case 'routes/routeresponses':
      return operateOn(V2, routeResponses, { of, route: find(routes, of, id) }, below, request);
    case 'routes/requestparameters':
      if (key === undefined || more.length > 0) break;
      return deleteWith(request, () => deleteRouteRequestParameter(of, find(routes, of, id), key));
    case 'integrations/integrationresponses': {
      const integration = find(integrations, of, id);
      return operateOn(V2, integrationResponses, { of, integration }, below, request);
    }
    case 'models/template':
      if (key !== undefined) break;
      if (request.method !== 'GET') throw methodNotAllowed(request, 'GET');
      return { status: 200, body: modelTemplate(find(models, of, id)) };
    case 'stages/accesslogsettings':
      if (key !== undefined) break;
      return deleteWith(request, () => deleteAccessLogSettings(of, find(stages, of, id)));
    case 'stages/routesettings':
      if (key === undefined || more.length > 0) break;
      return deleteWith(request, () => deleteRouteSettings(of, find(stages, of, id), key));
  }
  throw unknownOperation(request);
}

/** What has no resource of its own and can only be deleted. */
function deleteWith(request: ControlRequest, doIt: () => void): ControlAnswer {
  if (request.method !== 'DELETE') throw methodNotAllowed(request, 'DELETE');
  doIt();
  return { status: V2.deleted };
}

function operateOnTags(plane: ControlPlane, arn: string, request: ControlRequest): ControlAnswer {
  if (arn === '') throw unknownOperation(request);
  switch (request.method) {
    case 'GET':
      return { status: 200, body: { tags: findTaggable(plane, arn).tags } };
    case 'POST':
      tag(findTaggable(plane, arn), request.json());
      return { status: V2.created, body: {} };
    case 'DELETE':
      untag(findTaggable(plane, arn), request.searchParams.getAll('tagKeys'));
      return { status: V2.deleted };
  }
  throw methodNotAllowed(request, 'DELETE, GET, POST');
}
