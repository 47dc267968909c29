import { type Dictionary } from '../document.js';
import { type Part } from '../build-node.js';
import { domainOf } from './domain.js';
import { invocationUri } from './http-api-auth.js';
import { property, type SamReader } from './sam-reader.js';
import {
  type Added,
  added,
  checkProperties,
  executeApiArn,
  permission,
  propagatedTags,
  type SamResource,
  tagsOf,
} from './sam-resource.js';

const TAG = 'websocketapi:createdBy';

const PROPERTIES = (
  'AccessLogSettings ApiKeySelectionExpression Auth DefaultRouteSettings Description DisableExecuteApiEndpoint ' +
  'DisableSchemaValidation Domain FailOnWarnings IpAddressType Name PropagateTags RouteSelectionExpression RouteSettings ' +
  'Routes StageName StageVariables Tags'
).split(' ');

/** Properties of the API that are passed on. */
const PASSED =
  'ApiKeySelectionExpression Description DisableExecuteApiEndpoint DisableSchemaValidation IpAddressType RouteSelectionExpression'.split(
    ' ',
  );

/** Members of a route that are passed on. */
const ROUTE_MEMBERS =
  'ApiKeyRequired ModelSelectionExpression OperationName RequestModels RequestParameters RouteResponseSelectionExpression'.split(
    ' ',
  );

/**
 * The resources of an `AWS::Serverless::WebSocketApi`.
 *
 * @throws {CloudFormationError} a property that is not expanded, or what SAM refuses
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-websocketapi.html
 */
export function webSocketApi(reader: SamReader, resource: SamResource): readonly Added[] {
  const { logicalId, properties, whole } = resource;
  checkProperties(reader, resource, PROPERTIES);
  const own = (name: string) => reader.branch(property(properties, name));
  const fail = (reason: string) => reader.stack.error(properties, `${logicalId}: ${reason}`);
  const routes = [...(reader.dictionary(own('Routes'), 'Routes')?.entries ?? [])];
  if (routes.length === 0) throw fail('WebSocket API must have at least one route.');
  const auth = reader.dictionary(own('Auth'), 'Auth');
  if (auth !== undefined && !routes.some(([key]) => key === '$connect')) {
    throw fail('Authorization is only available if there is a $connect route.');
  }
  const stageName = reader.text(own('StageName')) ?? 'default';
  if (stageName === '$default') throw fail('Stages cannot be named $default for WebSocket APIs.');
  const stageId = `${logicalId}${stageName === 'default' ? 'Default' : stageName}Stage`;
  const authorizer = auth && connectAuthorizer(reader, resource, auth);
  const expanded = routes.map(([key, { value }]) => {
    const route = reader.dictionary(value, `Routes.${key}`);
    if (route === undefined) throw fail(`Routes.${key} must be an object`);
    return expandRoute(resource, key, route, {
      stageName,
      authorization: key === '$connect' ? authorizer?.authorization : undefined,
      fail,
    });
  });
  return [
    added(
      resource,
      logicalId,
      'AWS::ApiGatewayV2::Api',
      {
        Name: own('Name') ?? logicalId,
        ProtocolType: 'WEBSOCKET',
        ...Object.fromEntries(PASSED.map((name) => [name, own(name)])),
        Tags: tagsOf(reader, resource, TAG),
      },
      { DependsOn: property(whole, 'DependsOn') },
    ),
    ...expanded.flat(),
    added(
      resource,
      stageId,
      'AWS::ApiGatewayV2::Stage',
      {
        ApiId: { Ref: logicalId },
        StageName: stageName,
        AutoDeploy: true,
        StageVariables: own('StageVariables'),
        AccessLogSettings: own('AccessLogSettings'),
        DefaultRouteSettings: own('DefaultRouteSettings'),
        RouteSettings: own('RouteSettings'),
        Tags: propagatedTags(reader, resource, TAG),
      },
      { DependsOn: own('RouteSettings') && routes.map(([key]) => `${routeId(logicalId, key, fail)}Route`) },
    ),
    ...domainOf(reader, resource, stageId, TAG),
    ...(authorizer?.resources ?? []),
  ];
}

/** The beginning of the logical ids of a route's resources. */
function routeId(logicalId: string, key: string, fail: (reason: string) => Error): string {
  const special = ['$connect', '$disconnect', '$default'].includes(key);
  if (!special && !/^[A-Za-z0-9]+$/.test(key)) {
    throw fail(
      `Route key '${key}' must be alphanumeric. Only $connect, $disconnect, and $default special routes are supported.`,
    );
  }
  const name = key.replace('$', '').toLowerCase();
  return `${logicalId}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function expandRoute(
  resource: SamResource,
  key: string,
  route: Dictionary,
  {
    stageName,
    authorization = {},
    fail,
  }: {
    stageName: string;
    authorization: Readonly<Record<string, Part>> | undefined;
    fail: (reason: string) => Error;
  },
): readonly Added[] {
  const { logicalId } = resource;
  const id = routeId(logicalId, key, fail);
  const functionArn = property(route, 'FunctionArn');
  if (functionArn === undefined) throw fail('Route must have associated function.');
  const members = Object.fromEntries(ROUTE_MEMBERS.map((name) => [name, property(route, name)]));
  if (members.RequestParameters !== undefined && key !== '$connect') {
    throw fail('Request parameters are only supported for the $connect route in WebSocket APIs.');
  }
  return [
    added(resource, `${id}Route`, 'AWS::ApiGatewayV2::Route', {
      ApiId: { Ref: logicalId },
      RouteKey: key,
      ...members,
      ...authorization,
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${id}Integration` }]] },
    }),
    added(resource, `${id}Integration`, 'AWS::ApiGatewayV2::Integration', {
      ApiId: { Ref: logicalId },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invocationUri('FunctionArn', functionArn),
      TimeoutInMillis: property(route, 'IntegrationTimeout'),
    }),
    permission(resource, `${id}Permission`, functionArn, {
      'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${logicalId}.ApiId}/${stageName}/${key}`,
    }),
  ];
}

/** The authorization of `$connect`, and the resources that it needs. */
function connectAuthorizer(
  reader: SamReader,
  resource: SamResource,
  auth: Dictionary,
): { readonly authorization: Readonly<Record<string, Part>>; readonly resources: readonly Added[] } {
  const { logicalId } = resource;
  const fail = (reason: string) => reader.stack.error(auth, `${logicalId}: ${reason}`);
  const type = reader.text(property(auth, 'AuthType'))?.toUpperCase();
  if (type === undefined) throw fail('AuthType must be specified for additional auth configurations.');
  if (type === 'AWS_IAM' || type === 'NONE') {
    if (auth.entries.size === 1) return { authorization: { AuthorizationType: type }, resources: [] };
    throw fail(`No additional configurations supported for AuthType ${type}.`);
  }
  if (type !== 'CUSTOM') throw fail('AuthType is not one of AWS_IAM, CUSTOM or NONE.');
  const functionArn = property(auth, 'AuthArn');
  if (functionArn === undefined) throw fail('AuthArn must be specified if AuthType is CUSTOM.');
  const id = `${logicalId}ConnectAuthorizer`;
  const role = property(auth, 'InvokeRole');
  return {
    authorization: { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: id } },
    resources: [
      added(resource, id, 'AWS::ApiGatewayV2::Authorizer', {
        ApiId: { Ref: logicalId },
        AuthorizerType: 'REQUEST',
        Name: property(auth, 'Name') ?? id,
        AuthorizerUri: invocationUri('AuthArn', functionArn),
        AuthorizerCredentialsArn: role,
        IdentitySource: property(auth, 'IdentitySource'),
      }),
      ...(role === undefined
        ? [
            permission(
              resource,
              `${logicalId}AuthorizerPermission`,
              functionArn,
              executeApiArn({ Ref: logicalId }, 'authorizers/*'),
            ),
          ]
        : []),
    ],
  };
}
