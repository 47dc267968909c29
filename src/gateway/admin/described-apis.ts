import { type ApiResources } from '../control/api-resources.js';
import { type ControlPlane } from '../control/control-plane.js';
import { type HttpApiResources } from '../control/http-api-resources.js';
import { API_FIELDS } from '../control/fields/api-fields.js';
import { AUTHORIZER_FIELDS } from '../control/fields/authorizer-fields.js';
import { type Fields, type JsonObject, writeFields } from '../control/fields/fields.js';
import { INTEGRATION_FIELDS } from '../control/fields/integration-fields.js';
import { INTEGRATION_RESPONSE_FIELDS } from '../control/fields/integration-response-fields.js';
import { MODEL_FIELDS } from '../control/fields/model-fields.js';
import { ROUTE_FIELDS } from '../control/fields/route-fields.js';
import { ROUTE_RESPONSE_FIELDS } from '../control/fields/route-response-fields.js';
import { type Stage, STAGE_FIELDS } from '../control/fields/stage-fields.js';
import { HTTP_API_FIELDS } from '../control/http/http-api-fields.js';
import { HTTP_AUTHORIZER_FIELDS } from '../control/http/http-authorizer-fields.js';
import { HTTP_INTEGRATION_FIELDS } from '../control/http/http-integration-fields.js';
import { HTTP_ROUTE_FIELDS } from '../control/http/http-route-fields.js';
import { HTTP_STAGE_FIELDS } from '../control/http/http-stage-fields.js';

/**
 * All APIs with their resources in one response, each resource as its `Get…` operation returns it. The inspector reads
 * them here, because the control plane needs the admin token in a header.
 *
 * @param defaultApi the API that a request addresses when it names none
 */
export function describeApis(control: ControlPlane, defaultApi: string | undefined): readonly JsonObject[] {
  return [...control.apis.values()].map((resources) => {
    const apiId = resources.api.ApiId;
    const basePath = isDefault(resources, control, defaultApi) ? '' : `/_apis/${apiId}`;
    return {
      ...(resources.protocol === 'HTTP' ? describeHttp(resources) : describeWebSocket(resources)),
      stages: [...resources.stages.values()].map((stage) => describeStage(stage, resources, basePath)),
      apiMappings: [...control.apiMappings].flatMap(([domainName, mappings]) =>
        [...mappings.values()]
          .filter((mapping) => mapping.ApiId === apiId)
          .map(({ ApiMappingKey, Stage: stage }) => ({ domainName, apiMappingKey: ApiMappingKey, stage })),
      ),
    };
  });
}

/** Whether requests reach it without its id in the path. */
function isDefault(
  { protocol, api: { ApiId } }: ApiResources | HttpApiResources,
  control: ControlPlane,
  defaultApi: string | undefined,
): boolean {
  const named = control.apis.get(defaultApi ?? '');
  if (named?.protocol === protocol) return defaultApi === ApiId;
  return (protocol === 'HTTP' ? control.httpApis() : control.webSocketApis()).length === 1;
}

function describeWebSocket({ api, ...resources }: ApiResources): JsonObject {
  return {
    ...writeFields(API_FIELDS, api),
    routes: [...resources.routes.values()].map((route) => ({
      ...writeFields(ROUTE_FIELDS, route),
      routeResponses: list(ROUTE_RESPONSE_FIELDS, resources.routeResponses.get(route.RouteId)),
    })),
    integrations: [...resources.integrations.values()].map((integration) => ({
      ...writeFields(INTEGRATION_FIELDS, integration),
      integrationResponses: list(
        INTEGRATION_RESPONSE_FIELDS,
        resources.integrationResponses.get(integration.IntegrationId),
      ),
    })),
    authorizers: list(AUTHORIZER_FIELDS, resources.authorizers),
    models: list(MODEL_FIELDS, resources.models),
  };
}

function describeHttp({ api, routes, integrations, authorizers }: HttpApiResources): JsonObject {
  return {
    ...writeFields(HTTP_API_FIELDS, api),
    routes: list(HTTP_ROUTE_FIELDS, routes),
    integrations: list(HTTP_INTEGRATION_FIELDS, integrations),
    authorizers: list(HTTP_AUTHORIZER_FIELDS, authorizers),
    models: [],
  };
}

function describeStage(
  stage: Stage,
  { protocol, api, snapshots }: ApiResources | HttpApiResources,
  basePath: string,
): JsonObject {
  const { StageName, DeploymentId = '' } = stage;
  const isHttp = protocol === 'HTTP';
  const path = isHttp && StageName === '$default' ? basePath : `${basePath}/${StageName}`;
  const routes = snapshots.get(DeploymentId)?.routes;
  return {
    ...writeFields(isHttp ? HTTP_STAGE_FIELDS : STAGE_FIELDS, stage),
    ...(!api.DisableExecuteApiEndpoint && { path: path || '/' }),
    deployedRouteKeys: [...(routes?.values() ?? [])].map(({ routeKey }) => routeKey),
  };
}

const list = (fields: Fields, resources: ReadonlyMap<string, object> | undefined): readonly JsonObject[] =>
  [...(resources?.values() ?? [])].map((resource) => writeFields(fields, resource));
