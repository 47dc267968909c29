import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { type Collection } from '../operations/resource-collection.js';
import { badRequest } from '../control-error.js';
import { ApiResources, type ControlPlane } from '../control-plane.js';
import { deployAutomatically } from './deployments.js';
import { checked } from '../fields/check-expression.js';
import { flag, httpApisOnly, oneOf, readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { newResourceId } from './resource-id.js';
import { type Api } from '../resources.js';
import { TAGS } from './tags.js';

const SETTINGS = {
  Name: text({ min: 1, max: 128 }),
  Description: text({ max: 1024 }),
  RouteSelectionExpression: text({}),
  ApiKeySelectionExpression: oneOf([
    '$request.header.x-api-key',
    '$context.authorizer.usageIdentifierKey',
  ] as const),
  DisableExecuteApiEndpoint: flag(),
  DisableSchemaValidation: flag(),
  IpAddressType: oneOf(['ipv4', 'dualstack'] as const),
  Version: text({ min: 1, max: 64 }),
  // of HTTP APIs, the last three for their quick creation
  CorsConfiguration: httpApisOnly(),
  CredentialsArn: httpApisOnly(),
  RouteKey: httpApisOnly(),
  Target: httpApisOnly(),
};
const FIELDS = {
  ...SETTINGS,
  ProtocolType: oneOf(['WEBSOCKET'] as const, ['HTTP']),
  Tags: TAGS,
};

/** What of the API itself is part of a deployment. */
const DEPLOYED = [
  'RouteSelectionExpression',
  'ApiKeySelectionExpression',
  'DisableSchemaValidation',
] as const;

export const apis: Collection<ControlPlane, ApiResources> = {
  resourceType: 'API',

  items: (plane) => plane.apis,
  write: ({ api }) => writeFields(FIELDS, api),

  create(plane, input) {
    const values = requireFields(
      readFields(FIELDS, input),
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
    const resources = new ApiResources(plane, api);
    plane.apis.set(ApiId, resources);
    return resources;
  },

  update(_plane, resources, input) {
    const before = resources.api;
    const api: Api = { ...before, ...readFields(SETTINGS, input) };
    check(api);
    resources.api = api;
    if (DEPLOYED.some((name) => api[name] !== before[name])) deployAutomatically(resources);
    return resources;
  },

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

function check({ RouteSelectionExpression }: Api): void {
  checked('RouteSelectionExpression: ', () => parseSelectionExpression(RouteSelectionExpression));
}
