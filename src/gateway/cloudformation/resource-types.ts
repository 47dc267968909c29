import { type ApiResources, type ControlPlane } from '../control/control-plane.js';
import { type JsonObject } from '../control/fields/fields.js';
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
  /** Properties that AWS has chosen, in wire format: the resource keeps them when its template is loaded again. */
  readonly chosen?: JsonObject;
}

/** @throws {ControlError} the control plane refuses the resource */
type Creator = (plane: ControlPlane, input: JsonObject) => CreatedResource;

/** Creates resources of a type; `undefined` for a type that this gateway does not support. */
export const creatorOf = (type: string): Creator | undefined =>
  Object.hasOwn(CREATORS, type) ? CREATORS[type] : undefined;

const apiOf = (plane: ControlPlane, { apiId }: JsonObject) => find(apis, plane, String(apiId));

/** A resource of an API, which the property `ApiId` names. */
const ofApi =
  <T extends object>(collection: ResourceCollection<ApiResources, T>, attribute: keyof T & string): Creator =>
  (plane, input) =>
    named(createIn(collection, apiOf(plane, input), input), attribute);

/** A resource whose id is the value of `Ref` and of an attribute. */
function named<T extends object>(
  resource: T,
  attribute: keyof T & string,
  ref = String(resource[attribute]),
) {
  return { ref, attributes: { [attribute]: ref } };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html */
const CREATORS: Readonly<Record<string, Creator>> = {
  'AWS::ApiGatewayV2::Api'(plane, input) {
    const { ApiId, ApiEndpoint } = apis.create(plane, input).api;
    return { ref: ApiId, attributes: { ApiId, ApiEndpoint } };
  },
  'AWS::ApiGatewayV2::ApiMapping'(plane, input) {
    const domainName = find(domainNames, plane, String(input.domainName));
    return named(apiMappings.create({ plane, domainName }, input), 'ApiMappingId');
  },
  'AWS::ApiGatewayV2::Authorizer': ofApi(authorizers, 'AuthorizerId'),
  'AWS::ApiGatewayV2::Deployment': ofApi(deployments, 'DeploymentId'),
  'AWS::ApiGatewayV2::DomainName'(plane, input) {
    const { DomainName, DomainNameArn, DomainNameConfigurations } = domainNames.create(plane, input);
    const RegionalDomainName = String(DomainNameConfigurations[0]?.ApiGatewayDomainName);
    return { ref: DomainName, attributes: { DomainNameArn, RegionalDomainName } };
  },
  'AWS::ApiGatewayV2::Integration': ofApi(integrations, 'IntegrationId'),
  'AWS::ApiGatewayV2::IntegrationResponse'(plane, input) {
    const resources = apiOf(plane, input);
    const integration = find(integrations, resources, String(input.integrationId));
    return named(integrationResponses.create({ resources, integration }, input), 'IntegrationResponseId');
  },
  'AWS::ApiGatewayV2::Model': ofApi(models, 'ModelId'),
  'AWS::ApiGatewayV2::Route': ofApi(routes, 'RouteId'),
  'AWS::ApiGatewayV2::RouteResponse'(plane, input) {
    const resources = apiOf(plane, input);
    const route = find(routes, resources, String(input.routeId));
    return named(routeResponses.create({ resources, route }, input), 'RouteResponseId');
  },
  'AWS::ApiGatewayV2::Stage': ofApi(stages, 'StageName'),
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
