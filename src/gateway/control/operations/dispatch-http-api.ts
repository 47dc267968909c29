import { badRequest } from '../control-error.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { deleteCorsConfiguration } from '../http/http-apis.js';
import { httpAuthorizers } from '../http/http-authorizers.js';
import { httpIntegrations } from '../http/http-integrations.js';
import { httpRoutes } from '../http/http-routes.js';
import { httpStages } from '../http/http-stages.js';
import { deployments } from '../resources/deployments.js';
import { deleteAccessLogSettings, deleteRouteSettings } from '../resources/stages.js';
import { dispatchExport } from './dispatch-definitions.js';
import { type ControlRequest, type ControlResponse } from './control-request.js';
import { find, type ResourceCollection } from './resource-collection.js';
import { deleteOnly, operateOnResources, unknownOperation, V2 } from './resource-operations.js';

/** The collections below `/v2/apis/{apiId}/` of an HTTP API, by their name in the path. */
const COLLECTIONS: Readonly<Record<string, ResourceCollection<HttpApiResources, object>>> = {
  routes: httpRoutes,
  integrations: httpIntegrations,
  authorizers: httpAuthorizers,
  deployments,
  stages: httpStages,
};

/** Resources that only WebSocket APIs have (H12.02). */
const WEB_SOCKET_ONLY = ['models', 'routeresponses', 'integrationresponses', 'requestparameters'];

/**
 * Performs an operation below `/v2/apis/{apiId}/` of an HTTP API.
 *
 * @param path what follows the API's id
 * @throws {ControlError} every response other than success
 */
export function dispatchBelowHttpApi(
  resources: HttpApiResources,
  path: readonly string[],
  request: ControlRequest,
): ControlResponse {
  const [name = '', id, subcollection, key, ...rest] = path;
  const webSocketOnly = [name, subcollection].find((each) => WEB_SOCKET_ONLY.includes(each ?? ''));
  if (webSocketOnly !== undefined) throw badRequest(`HTTP protocol Apis have no ${webSocketOnly}.`);
  if (name === 'cors' && id === undefined) {
    return deleteOnly(request, () => deleteCorsConfiguration(resources));
  }
  if (name === 'exports') return dispatchExport(resources, path.slice(1), request);
  const collection = Object.hasOwn(COLLECTIONS, name) ? COLLECTIONS[name] : undefined;
  if (collection === undefined) throw unknownOperation(request);
  if (id === undefined || subcollection === undefined) {
    return operateOnResources(V2, collection, resources, path.slice(1), request);
  }
  if (name === 'stages' && rest.length === 0) {
    const stage = () => find(httpStages, resources, id);
    switch (subcollection) {
      case 'accesslogsettings':
        if (key !== undefined) break;
        return deleteOnly(request, () => deleteAccessLogSettings(resources, stage()));
      case 'routesettings':
        if (key === undefined) break;
        return deleteOnly(request, () => deleteRouteSettings(resources, stage(), key));
      case 'cache':
        // ResetAuthorizersCache (H9.33)
        if (key !== 'authorizers') break;
        return deleteOnly(request, () =>
          resources.plane.resetAuthorizers(resources.api.ApiId, stage().StageName),
        );
    }
  }
  throw unknownOperation(request);
}
