import SwaggerParser from '@apidevtools/swagger-parser';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlPlane } from '../../../../src/gateway/control/control-plane.js';
import { type JsonObject } from '../../../../src/gateway/control/fields/fields.js';
import { createHttpApi } from '../../../../src/gateway/control/http/http-apis.js';
import { httpAuthorizers } from '../../../../src/gateway/control/http/http-authorizers.js';
import { httpIntegrations } from '../../../../src/gateway/control/http/http-integrations.js';
import { httpRoutes } from '../../../../src/gateway/control/http/http-routes.js';
import { httpVpcLinks } from '../../../../src/gateway/control/http/http-vpc-links.js';
import { type HttpApiResources } from '../../../../src/gateway/control/http-api-resources.js';
import { exportApi } from '../../../../src/gateway/control/openapi/export-api.js';
import { importApi } from '../../../../src/gateway/control/openapi/import-api.js';
import { parseDefinition } from '../../../../src/gateway/control/openapi/parse-definition.js';
import { createIn } from '../../../../src/gateway/control/operations/resource-collection.js';
import { integrationId } from '../../../../src/gateway/control/snapshot.js';
import { ACCOUNT, FUNCTION_URI } from './definitions.js';

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
  fc.constantFrom(
    'on',
    'no',
    '1.0',
    '~',
    'null',
    '# a',
    ' a ',
    'a: b',
    '"',
    "'",
    '{}',
    '- a',
    '\n',
    '__proto__',
  ),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
/** A name that OpenAPI allows for a part of `components`. */
const name = fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/);
const header = fc.constantFrom('a', 'b', 'c-d').map((each) => `$request.header.${each}`);
const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.uniqueArray(arbitrary, { minLength: 1, maxLength: 3 });

const settings = fc.record(
  {
    name: text,
    protocolType: fc.constant('HTTP'),
    description: text,
    version: text,
    disableExecuteApiEndpoint: fc.boolean(),
    ipAddressType: fc.constantFrom('ipv4', 'dualstack'),
    corsConfiguration: fc.record(
      {
        allowOrigins: few(fc.constantFrom('https://a', 'http://b:1')),
        allowMethods: few(fc.constantFrom('GET', '*')),
        allowHeaders: few(text),
        exposeHeaders: few(text),
        maxAge: fc.integer({ min: -1, max: 86_400 }),
        allowCredentials: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    tags: fc.dictionary(text, text, { maxKeys: 3 }),
  },
  { requiredKeys: ['name', 'protocolType'] },
);

const common = {
  timeoutInMillis: maybe(fc.integer({ min: 50, max: 30_000 })),
  description: maybe(text),
  responseParameters: maybe(
    fc.dictionary(
      fc.integer({ min: 200, max: 599 }).map(String),
      fc.constant({ 'append:header.x': '$response.header.y', 'overwrite:statuscode': '404' }),
      { minKeys: 1, maxKeys: 2 },
    ),
  ),
};
const requestParameters = maybe(
  fc.constant({ 'overwrite:path': '/a/${request.path.b}', 'remove:querystring.c': "''" }),
);
const method = fc.constantFrom('GET', 'POST', 'ANY');
const integration = fc.oneof(
  fc.record({
    ...common,
    integrationType: fc.constant('AWS_PROXY'),
    integrationUri: fc.constant(FUNCTION_URI),
    payloadFormatVersion: fc.constantFrom('1.0', '2.0'),
    credentialsArn: maybe(fc.constant('arn:aws:iam::*:user/*')),
    requestParameters,
  }),
  fc.record({
    ...common,
    integrationType: fc.constant('HTTP_PROXY'),
    integrationMethod: method,
    integrationUri: fc.constantFrom('https://a/{b}', 'http://${stageVariables.host}/c?d=e'),
    requestParameters,
  }),
  fc.record({
    ...common,
    integrationType: fc.constant('HTTP_PROXY'),
    integrationMethod: method,
    integrationUri: fc.constant('arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-a?stage=b'),
    connectionType: fc.constant('VPC_LINK'),
    connectionId: fc.constant('${stageVariables.link}'),
    tlsConfig: maybe(fc.constant({ serverNameToVerify: 'a.example' })),
  }),
  fc.record({
    ...common,
    integrationType: fc.constant('AWS_PROXY'),
    integrationSubtype: fc.constant('SQS-SendMessage'),
    payloadFormatVersion: fc.constant('1.0'),
    credentialsArn: fc.constant('arn:aws:iam::111122223333:role/a'),
    requestParameters: fc.constant({ QueueUrl: 'https://q', MessageBody: '$request.body' }),
  }),
);

const authorizer = fc.oneof(
  fc.record({
    name,
    authorizerType: fc.constant('JWT'),
    identitySource: header.map((each) => [each]),
    jwtConfiguration: fc.record({
      issuer: fc.constantFrom('https://a', 'https://b/c/'),
      audience: few(text),
    }),
  }),
  fc.record({
    name,
    authorizerType: fc.constant('REQUEST'),
    identitySource: few(header),
    authorizerUri: fc.constant(
      `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${FUNCTION_URI}/invocations`,
    ),
    authorizerPayloadFormatVersion: fc.constant('2.0'),
    authorizerResultTtlInSeconds: maybe(fc.integer({ min: 0, max: 3600 })),
    enableSimpleResponses: maybe(fc.boolean()),
    authorizerCredentialsArn: maybe(fc.constant('arn:aws:iam::111122223333:role/a')),
  }),
);

const ROUTE_KEYS = [
  ...['GET', 'POST', 'ANY'].flatMap((each) => [`${each} /`, `${each} /a/{b}`, `${each} /a/{b}/{c+}`]),
  '$default',
  'DELETE /d.e:f_g-h',
];

/** What a route refers to is chosen from what exists, by these numbers. */
const route = fc.record({
  routeKey: fc.constantFrom(...ROUTE_KEYS),
  operationName: maybe(name),
  integration: maybe(fc.nat()),
  authorization: maybe(fc.oneof(fc.constant('IAM' as const), fc.nat())),
  scopes: few(name),
});

const api = fc.record({
  settings,
  integrations: fc.array(integration, { maxLength: 4 }),
  authorizers: fc.uniqueArray(authorizer, { maxLength: 3, selector: (item) => item.name }),
  routes: fc.uniqueArray(route, { maxLength: 8, selector: (item) => item.routeKey }),
});

/** Creates an API as its parts say, by the operations of the control plane. */
function create(plane: ControlPlane, parts: typeof api extends fc.Arbitrary<infer T> ? T : never) {
  const resources = createHttpApi(plane, parts.settings);
  const integrations = parts.integrations.map((each) => createIn(httpIntegrations, resources, each));
  const authorizers = parts.authorizers.map((each) => createIn(httpAuthorizers, resources, each));
  for (const { routeKey, operationName, integration: target, authorization, scopes } of parts.routes) {
    const chosen =
      typeof authorization === 'number' ? authorizers[authorization % authorizers.length] : undefined;
    const isJwt = chosen?.AuthorizerType === 'JWT';
    const targeted = target === undefined ? undefined : integrations[target % integrations.length];
    createIn(httpRoutes, resources, {
      routeKey,
      operationName,
      ...(targeted && { target: `integrations/${targeted.IntegrationId}` }),
      ...(authorization === 'IAM' && { authorizationType: 'AWS_IAM' }),
      ...(chosen && { authorizationType: isJwt ? 'JWT' : 'CUSTOM', authorizerId: chosen.AuthorizerId }),
      ...(isJwt && { authorizationScopes: scopes }),
    });
  }
  return resources;
}

/** All of an API but what is chosen anew for each: ids, the date, and the order of its parts. */
function content(resources: HttpApiResources, version: string | undefined) {
  const { ApiId: _, ApiEndpoint: __, CreatedDate: ___, Version = version, ...settings_ } = resources.api;
  const integrations = new Map(
    [...resources.integrations].map(([id, { IntegrationId: ____, ...rest }]) => [id, rest]),
  );
  const authorizers = new Map(
    [...resources.authorizers].map(([id, { AuthorizerId: _____, ...rest }]) => [id, rest]),
  );
  const users = (id: string) =>
    [...resources.routes.values()]
      .filter(({ Target }) => integrationId(Target) === id)
      .map(({ RouteKey }) => RouteKey)
      .toSorted();
  const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return {
    settings: { ...settings_, Version },
    integrations: [...integrations].map(([id, item]) => ({ users: users(id), item })).toSorted(byText),
    authorizers: [...authorizers.values()].toSorted(byText),
    routes: [...resources.routes.values()]
      .map(({ RouteId: ______, Target, AuthorizerId, ...rest }) => ({
        ...rest,
        integration: integrations.get(integrationId(Target) ?? ''),
        authorizer: authorizers.get(AuthorizerId ?? ''),
      }))
      .toSorted(byText),
  };
}

const newPlane = () => new ControlPlane({ ...ACCOUNT, now: () => Date.UTC(2026, 10, 28) });

/** Of an API without one. */
const EXPORTED_VERSION = '2026-11-28 00:00:00UTC';

const exported = (resources: HttpApiResources, outputType: 'JSON' | 'YAML', includeExtensions = true) =>
  exportApi(resources, { outputType, includeExtensions, stageName: undefined });

describe('an API that is exported and imported again', () => {
  it.each(['JSON', 'YAML'] as const)('is the same, by %s', (outputType) => {
    fc.assert(
      fc.property(api, (parts) => {
        const before = create(newPlane(), parts);
        const root: JsonObject = parseDefinition(exported(before, outputType));
        const { resources, messages } = importApi(newPlane(), root, {
          basePath: 'ignore',
          failOnWarnings: true,
        });
        expect(messages).toEqual({ info: [], warnings: [] });
        expect(content(resources, EXPORTED_VERSION)).toEqual(content(before, EXPORTED_VERSION));
      }),
      { numRuns: 100 },
    );
  });

  it('is the same with the id of a VPC link', () => {
    const plane = newPlane();
    const link = createIn(httpVpcLinks, plane, { name: 'link', subnetIds: ['subnet-a'] });
    const before = createHttpApi(plane, { name: 'a', protocolType: 'HTTP' });
    createIn(httpIntegrations, before, {
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'ANY',
      integrationUri: 'arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-a',
      connectionType: 'VPC_LINK',
      connectionId: link.VpcLinkId,
    });
    const root = parseDefinition(exported(before, 'JSON'));
    const { resources } = importApi(plane, root, { basePath: 'ignore', failOnWarnings: true });
    expect(content(resources, EXPORTED_VERSION)).toEqual(content(before, EXPORTED_VERSION));
  });
});

describe('an exported definition', () => {
  it.each([true, false])('is valid OpenAPI, with extensions: %s', async (includeExtensions) => {
    const valid = fc.asyncProperty(api, async (parts) => {
      const root: unknown = JSON.parse(exported(create(newPlane(), parts), 'JSON', includeExtensions));
      await SwaggerParser.validate(root as never, { resolve: { external: false } });
    });
    await expect(fc.check(valid, { numRuns: 8 })).resolves.toMatchObject({ failed: false });
  });
});
