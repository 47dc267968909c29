import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { DEPLOYED_API_FIELDS } from '../../silent/control-choices.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { badRequest } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { ApiResources } from '../api-resources.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { deployAutomatically } from './deployments.js';
import { checkExpression } from '../fields/check-expression.js';
import { type Api, API_FIELDS, API_SETTINGS } from '../fields/api-fields.js';
import { type JsonObject, readFields, requireFields, writeFields } from '../fields/fields.js';
import { HTTP_API_FIELDS } from '../http/http-api-fields.js';
import { createHttpApi, updateHttpApi } from '../http/http-apis.js';
import { newResourceId } from './resource-id.js';

export const apis: ResourceCollection<ControlPlane, ApiResources | HttpApiResources> = {
  resourceType: 'API',
  unknownText: (id) => `Invalid API identifier specified ${id}`,

  items: (plane) => plane.apis,
  write: (resources) =>
    resources.protocol === 'HTTP'
      ? writeFields(HTTP_API_FIELDS, resources.api)
      : writeFields(API_FIELDS, resources.api),

  create: (plane, input) =>
    input.protocolType === 'HTTP' ? createHttpApi(plane, input) : createWebSocketApi(plane, input),

  update: (_plane, resources, input) =>
    resources.protocol === 'HTTP' ? updateHttpApi(resources, input) : updateWebSocketApi(resources, input),

  delete(plane, { api }) {
    const mappings = plane.apiMappings.values().flatMap((each) => each.values());
    if (mappings.some(({ ApiId }) => ApiId === api.ApiId)) {
      // AWS's words: https://github.com/gruntwork-io/cloud-nuke/issues/370
      throw badRequest(
        `Deleting API ${api.ApiId} failed. Please remove all API mappings for the API from your custom domain names.`,
      );
    }
    plane.deleteApi(api.ApiId);
  },
};

/** C11: an empty description or version removes it. */
function withoutEmptyTexts({ Description, Version, ...api }: Api): Api {
  return { ...api, ...(Description && { Description }), ...(Version && { Version }) };
}

function createWebSocketApi(plane: ControlPlane, input: JsonObject): ApiResources {
  const values = requireFields(
    readFields(API_FIELDS, input),
    'Name',
    'ProtocolType',
    // the model calls it optional because HTTP APIs have none
    'RouteSelectionExpression',
  );
  const ApiId = newResourceId('Api', plane.apis);
  const api: Api = {
    ApiKeySelectionExpression: '$request.header.x-api-key',
    DisableExecuteApiEndpoint: false,
    IpAddressType: 'ipv4',
    ...values,
    ApiId,
    ApiEndpoint: `wss://${ApiId}.execute-api.${plane.region}.amazonaws.com`,
    CreatedDate: plane.date(),
  };
  check(api);
  const resources = new ApiResources(plane, withoutEmptyTexts(api));
  plane.apis.set(ApiId, resources);
  return resources;
}

function updateWebSocketApi(resources: ApiResources, input: JsonObject): ApiResources {
  const before = resources.api;
  const api: Api = { ...before, ...readFields(API_SETTINGS, input) };
  check(api);
  resources.api = withoutEmptyTexts(api);
  if (DEPLOYED_API_FIELDS.some((name) => api[name] !== before[name])) deployAutomatically(resources);
  return resources;
}

function check({ RouteSelectionExpression }: Api): void {
  checkExpression('RouteSelectionExpression: ', () => parseSelectionExpression(RouteSelectionExpression));
}
