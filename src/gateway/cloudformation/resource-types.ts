import { badRequest } from '../control/control-error.js';
import { type ControlPlane } from '../control/control-plane.js';
import { type ApiResources } from '../control/api-resources.js';
import { type HttpApiResources } from '../control/http-api-resources.js';
import { flag, oneOf, UNSUPPORTED } from '../control/fields/field-kinds.js';
import { isJsonObject, type JsonObject } from '../control/fields/fields.js';
import { managedParts } from '../control/http/http-apis.js';
import { httpAuthorizers } from '../control/http/http-authorizers.js';
import { httpIntegrations } from '../control/http/http-integrations.js';
import { httpRoutes } from '../control/http/http-routes.js';
import { httpStages } from '../control/http/http-stages.js';
import { httpVpcLinks } from '../control/http/http-vpc-links.js';
import { BASE_PATH_MODES } from '../control/openapi/api-settings.js';
import { importApi } from '../control/openapi/import-api.js';
import { parseDefinition } from '../control/openapi/parse-definition.js';
import { createIn, find, type ResourceCollection } from '../control/operations/resource-collection.js';
import { apiKeys } from '../control/resources/api-keys.js';
import { apiMappings } from '../control/resources/api-mappings.js';
import { apis } from '../control/resources/apis.js';
import { authorizers } from '../control/resources/authorizers.js';
import { deployments } from '../control/resources/deployments.js';
import { domainNames } from '../control/resources/domain-names.js';
import { integrationResponses } from '../control/resources/integration-responses.js';
import { integrations } from '../control/resources/integrations.js';
import { models } from '../control/resources/models.js';
import { routeResponses } from '../control/resources/route-responses.js';
import { routes } from '../control/resources/routes.js';
import { stages } from '../control/resources/stages.js';
import { usagePlanKeys } from '../control/resources/usage-plan-keys.js';
import { usagePlans } from '../control/resources/usage-plans.js';
import { vpcLinks } from '../control/resources/vpc-links.js';

/** A resource in the control plane, with the values that the template can refer to. */
export interface CreatedResource {
  /** The value of `Ref`. */
  readonly ref: string;
  /** The values of `Fn::GetAtt`, by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What the import of an OpenAPI definition has left out. */
  readonly importWarnings?: readonly string[];
  /** Properties that AWS has chosen, in wire format: the resource keeps them when its template is loaded again. */
  readonly chosen?: JsonObject;
}

/** @throws {ControlError} the control plane refuses the resource */
type Creator = (plane: ControlPlane, input: JsonObject) => CreatedResource;

/** Creates resources of a type; `undefined` for a type that this gateway does not support. */
export const creatorOf = (type: string): Creator | undefined =>
  Object.hasOwn(CREATORS, type) ? CREATORS[type] : undefined;

const apiOf = (plane: ControlPlane, { apiId }: JsonObject) => find(apis, plane, String(apiId));

/** A resource of an API of either protocol; the property `ApiId` names the API. */
const ofApi =
  <W extends object, H extends object>(
    attribute: keyof W & keyof H & string,
    webSocket: ResourceCollection<ApiResources, W>,
    http: ResourceCollection<HttpApiResources, H>,
  ): Creator =>
  (plane, input) => {
    const resources = apiOf(plane, input);
    return resources.protocol === 'HTTP'
      ? named(createIn(http, resources, input), attribute)
      : named(createIn(webSocket, resources, input), attribute);
  };

/** The WebSocket API that the property `ApiId` names. */
function webSocketApiOf(plane: ControlPlane, input: JsonObject): ApiResources {
  const resources = apiOf(plane, input);
  if (resources.protocol === 'WEBSOCKET') return resources;
  throw badRequest('HTTP protocol Apis have no such resource: it is for WebSocket APIs');
}

/** A resource whose id is the value of `Ref` and of an attribute. */
function named<T extends object>(
  resource: T,
  attribute: keyof T & string,
  ref = String(resource[attribute]),
) {
  return { ref, attributes: { [attribute]: ref } };
}

/**
 * CloudFormation has a form of its own for the response parameters of HTTP APIs (H8.26):
 * `{200: {ResponseParameters: [{Destination, Source}]}}`.
 *
 * @throws {ControlError} 400: another form
 */
function withResponseMappings(input: JsonObject): JsonObject {
  const { responseParameters } = input;
  if (!isJsonObject(responseParameters)) return input;
  const byStatus = Object.entries(responseParameters).map(([status, value]) => {
    const { responseParameters: list, ...others } = isJsonObject(value) ? value : {};
    const [extraneous] = Object.keys(others);
    if (extraneous !== undefined) {
      // CloudFormation's text
      throw badRequest(`#/ResponseParameters/${status}: extraneous key [${extraneous}] is not permitted`);
    }
    const mappings = (Array.isArray(list) ? list : []).map((item: unknown) => {
      const { destination, source } = isJsonObject(item) ? item : {};
      if (typeof destination === 'string' && typeof source === 'string')
        return [destination, source] as const;
      throw badRequest(
        `#/ResponseParameters/${status}: it must be {ResponseParameters: [{Destination: …, Source: …}]}`,
      );
    });
    return [status, Object.fromEntries(mappings)] as const;
  });
  return { ...input, responseParameters: Object.fromEntries(byStatus) };
}

/** Changes the parts of an API that were created with it (H12.04). Each change may deploy, which changes the stage. */
function overrideManaged(resources: HttpApiResources, input: JsonObject): void {
  const override = <T extends object>(
    name: string,
    collection: ResourceCollection<HttpApiResources, T>,
    part: T | undefined,
  ) => {
    const change = input[name];
    if (!isJsonObject(change)) return;
    if (part === undefined)
      throw badRequest(`the API has no managed ${name}: it was created without a Target`);
    collection.update?.(resources, part, change);
  };
  override('integration', httpIntegrations, managedParts(resources).integration);
  override('route', httpRoutes, managedParts(resources).route);
  override('stage', httpStages, managedParts(resources).stage);
}

const ofNewApi = ({ ApiId, ApiEndpoint }: { readonly ApiId: string; readonly ApiEndpoint: string }) => ({
  ref: ApiId,
  attributes: { ApiId, ApiEndpoint },
});

const BODY_IN_S3 = `BodyS3Location is ${UNSUPPORTED}, which does not read S3: get the definition with 'aws s3 cp', and write it into Body`;

/** An API that its OpenAPI definition describes; other properties take the place of those in the definition. */
function importedApi(plane: ControlPlane, body: unknown, input: JsonObject): CreatedResource {
  const { body: _, basePath, failOnWarnings, ...settings } = input;
  const root = typeof body === 'string' ? parseDefinition(body) : body;
  if (!isJsonObject(root)) throw badRequest('Body is not an OpenAPI definition');
  const { resources, messages } = importApi(plane, root, {
    basePath: oneOf(BASE_PATH_MODES).read(basePath ?? 'ignore', 'BasePath'),
    failOnWarnings: flag().read(failOnWarnings ?? false, 'FailOnWarnings'),
    settings,
  });
  return { ...ofNewApi(resources.api), importWarnings: messages.warnings };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html */
const CREATORS: Readonly<Record<string, Creator>> = {
  'AWS::ApiGatewayV2::Api'(plane, input) {
    const { body, bodyS3Location } = input;
    if (bodyS3Location !== undefined) throw badRequest(BODY_IN_S3);
    if (body !== undefined) return importedApi(plane, body, input);
    return ofNewApi(apis.create(plane, input).api);
  },
  'AWS::ApiGatewayV2::ApiGatewayManagedOverrides'(plane, input) {
    const resources = apiOf(plane, input);
    if (resources.protocol !== 'HTTP') throw badRequest('only an HTTP API has parts that are managed');
    overrideManaged(resources, input);
    return { ref: resources.api.ApiId, attributes: {} };
  },
  'AWS::ApiGatewayV2::ApiMapping'(plane, input) {
    const domainName = find(domainNames, plane, String(input.domainName));
    return named(apiMappings.create({ plane, domainName }, input), 'ApiMappingId');
  },
  'AWS::ApiGatewayV2::Authorizer': ofApi('AuthorizerId', authorizers, httpAuthorizers),
  'AWS::ApiGatewayV2::Deployment': ofApi('DeploymentId', deployments, deployments),
  'AWS::ApiGatewayV2::DomainName'(plane, input) {
    const { DomainName, DomainNameArn, DomainNameConfigurations } = domainNames.create(plane, input);
    const RegionalDomainName = String(DomainNameConfigurations[0]?.ApiGatewayDomainName);
    return { ref: DomainName, attributes: { DomainNameArn, RegionalDomainName } };
  },
  'AWS::ApiGatewayV2::Integration': (plane, input) =>
    ofApi('IntegrationId', integrations, httpIntegrations)(plane, withResponseMappings(input)),
  'AWS::ApiGatewayV2::IntegrationResponse'(plane, input) {
    const resources = webSocketApiOf(plane, input);
    const integration = find(integrations, resources, String(input.integrationId));
    return named(integrationResponses.create({ resources, integration }, input), 'IntegrationResponseId');
  },
  'AWS::ApiGatewayV2::Model': (plane, input) =>
    named(createIn(models, webSocketApiOf(plane, input), input), 'ModelId'),
  'AWS::ApiGatewayV2::Route': ofApi('RouteId', routes, httpRoutes),
  'AWS::ApiGatewayV2::RouteResponse'(plane, input) {
    const resources = webSocketApiOf(plane, input);
    const route = find(routes, resources, String(input.routeId));
    return named(routeResponses.create({ resources, route }, input), 'RouteResponseId');
  },
  'AWS::ApiGatewayV2::Stage': ofApi('StageName', stages, httpStages),
  'AWS::ApiGatewayV2::VpcLink': (plane, input) => named(createIn(httpVpcLinks, plane, input), 'VpcLinkId'),
  'AWS::ApiGateway::ApiKey'(plane, input) {
    const { id, value } = apiKeys.create(plane, input);
    return { ref: id, attributes: { APIKeyId: id }, chosen: { value } };
  },
  'AWS::ApiGateway::UsagePlan'(plane, input) {
    // CloudFormation generates a name for a template without one
    const { id } = usagePlans.create(plane, { name: 'usage-plan', ...input });
    return { ref: id, attributes: { Id: id } };
  },
  'AWS::ApiGateway::UsagePlanKey'(plane, input) {
    const plan = find(usagePlans, plane, String(input.usagePlanId));
    const ref = `${usagePlanKeys.create({ plane, plan }, input).id}:${plan.id}`;
    return { ref, attributes: { Id: ref } };
  },
  'AWS::ApiGateway::VpcLink'(plane, input) {
    const { id } = vpcLinks.create(plane, input);
    return { ref: id, attributes: { VpcLinkId: id } };
  },
};
