import { type ControlPlane } from '../control-plane.js';
import { badRequest } from '../control-error.js';
import { type ApiResources } from '../api-resources.js';
import { httpVpcLinks } from '../http/http-vpc-links.js';
import { apiKeys } from '../resources/api-keys.js';
import { apiMappings } from '../resources/api-mappings.js';
import { apis } from '../resources/apis.js';
import { authorizers } from '../resources/authorizers.js';
import { deployments } from '../resources/deployments.js';
import { domainNames } from '../resources/domain-names.js';
import { integrationResponses } from '../resources/integration-responses.js';
import { integrations } from '../resources/integrations.js';
import { modelTemplate } from '../resources/model-template.js';
import { models } from '../resources/models.js';
import { routeResponses } from '../resources/route-responses.js';
import { deleteRouteRequestParameter, routes } from '../resources/routes.js';
import { deleteAccessLogSettings, deleteRouteSettings, stages } from '../resources/stages.js';
import { findTaggable, tag, untag } from '../resources/tags.js';
import { usagePlanKeys } from '../resources/usage-plan-keys.js';
import { usagePlans } from '../resources/usage-plans.js';
import { vpcLinks } from '../resources/vpc-links.js';
import { dispatchImport } from './dispatch-definitions.js';
import { dispatchBelowHttpApi } from './dispatch-http-api.js';
import { type ControlRequest, type ControlResponse } from './control-request.js';
import { find, type ResourceCollection } from './resource-collection.js';
import {
  deleteOnly,
  methodNotAllowed,
  operateOnResources,
  unknownOperation,
  V1,
  V2,
} from './resource-operations.js';

/** The collections below `/v2/apis/{apiId}/` of a WebSocket API, by their name in the path. */
const API_COLLECTIONS: Readonly<Record<string, ResourceCollection<ApiResources, object>>> = {
  routes,
  integrations,
  authorizers,
  models,
  deployments,
  stages,
};

/**
 * Performs the operation that the method and path of a request name.
 *
 * @throws {ControlError} every response other than success
 */
export function dispatchOperation(plane: ControlPlane, request: ControlRequest): ControlResponse {
  const [root, ...path] = request.segments;
  switch (root) {
    case 'v2':
      return dispatchV2(plane, path, request);
    case 'vpclinks':
      // 202 (accepted), because AWS has to build the link first
      return operateOnResources({ ...V1, createdStatus: 202 }, vpcLinks, plane, path, request);
    case 'apikeys':
      if (request.searchParams.get('mode') === 'import') throw unknownOperation(request);
      return operateOnResources(V1, apiKeys, plane, path, request);
    case 'usageplans': {
      const [id, subcollection, ...keyPath] = path;
      if (id === undefined || subcollection !== 'keys')
        return operateOnResources(V1, usagePlans, plane, path, request);
      const plan = find(usagePlans, plane, id);
      return operateOnResources(V1, usagePlanKeys, { plane, plan }, keyPath, request);
    }
    default:
      throw unknownOperation(request);
  }
}

function dispatchV2(plane: ControlPlane, path: readonly string[], request: ControlRequest): ControlResponse {
  const [kind, id, subcollection, ...rest] = path;
  switch (kind) {
    case 'apis':
      if (id === undefined || subcollection === undefined) {
        if (request.method === 'PUT') return dispatchImport(plane, id, request);
        return operateOnResources(V2, apis, plane, path.slice(1), request);
      }
      return dispatchBelowApi(plane, id, subcollection, rest, request);
    case 'domainnames': {
      if (id === undefined || subcollection !== 'apimappings') {
        return operateOnResources(V2, domainNames, plane, path.slice(1), request);
      }
      const domainName = find(domainNames, plane, id);
      return operateOnResources(V2, apiMappings, { plane, domainName }, rest, request);
    }
    case 'vpclinks':
      // 202 (accepted) for a deletion (H12.15)
      return operateOnResources({ ...V2, deletedStatus: 202 }, httpVpcLinks, plane, path.slice(1), request);
    case 'tags':
      // an ARN contains slashes, which not every client encodes
      return dispatchTags(plane, path.slice(1).join('/'), request);
    default:
      throw unknownOperation(request);
  }
}

/** @param collectionName such as `routes` */
function dispatchBelowApi(
  plane: ControlPlane,
  apiId: string,
  collectionName: string,
  path: readonly string[],
  request: ControlRequest,
): ControlResponse {
  const resources = find(apis, plane, apiId);
  if (resources.protocol === 'HTTP') {
    return dispatchBelowHttpApi(resources, [collectionName, ...path], request);
  }
  if (collectionName === 'exports') throw badRequest('only HTTP APIs can be exported');
  const collection = Object.hasOwn(API_COLLECTIONS, collectionName)
    ? API_COLLECTIONS[collectionName]
    : undefined;
  if (collection === undefined) throw unknownOperation(request);
  const [id, subcollection, ...below] = path;
  const [key, ...rest] = below;
  if (id === undefined || subcollection === undefined)
    return operateOnResources(V2, collection, resources, path, request);

  switch (`${collectionName}/${subcollection}`) {
    case 'routes/routeresponses':
      return operateOnResources(
        V2,
        routeResponses,
        { resources, route: find(routes, resources, id) },
        below,
        request,
      );
    case 'routes/requestparameters':
      if (key === undefined || rest.length > 0) break;
      return deleteOnly(request, () =>
        deleteRouteRequestParameter(resources, find(routes, resources, id), key),
      );
    case 'integrations/integrationresponses': {
      const integration = find(integrations, resources, id);
      return operateOnResources(V2, integrationResponses, { resources, integration }, below, request);
    }
    case 'models/template':
      if (key !== undefined) break;
      if (request.method !== 'GET') throw methodNotAllowed(request, 'GET');
      return { status: 200, body: modelTemplate(find(models, resources, id)) };
    case 'stages/accesslogsettings':
      if (key !== undefined) break;
      return deleteOnly(request, () => deleteAccessLogSettings(resources, find(stages, resources, id)));
    case 'stages/routesettings':
      if (key === undefined || rest.length > 0) break;
      return deleteOnly(request, () => deleteRouteSettings(resources, find(stages, resources, id), key));
  }
  throw unknownOperation(request);
}

function dispatchTags(plane: ControlPlane, arn: string, request: ControlRequest): ControlResponse {
  if (arn === '') throw unknownOperation(request);
  switch (request.method) {
    case 'GET':
      return { status: 200, body: { tags: findTaggable(plane, arn).tags } };
    case 'POST':
      tag(findTaggable(plane, arn), request.json());
      return { status: V2.createdStatus, body: {} };
    case 'DELETE':
      untag(findTaggable(plane, arn), request.searchParams.getAll('tagKeys'));
      return { status: V2.deletedStatus };
  }
  throw methodNotAllowed(request, 'DELETE, GET, POST');
}
