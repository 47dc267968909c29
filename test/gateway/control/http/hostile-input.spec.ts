import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlError } from '../../../../src/gateway/control/control-error.js';
import { ControlPlane } from '../../../../src/gateway/control/control-plane.js';
import {
  HTTP_API_FIELDS,
  QUICK_CREATE_FIELDS,
} from '../../../../src/gateway/control/http/http-api-fields.js';
import { HTTP_AUTHORIZER_FIELDS } from '../../../../src/gateway/control/http/http-authorizer-fields.js';
import { httpAuthorizers } from '../../../../src/gateway/control/http/http-authorizers.js';
import { HTTP_INTEGRATION_FIELDS } from '../../../../src/gateway/control/http/http-integration-fields.js';
import { httpIntegrations } from '../../../../src/gateway/control/http/http-integrations.js';
import { HTTP_ROUTE_FIELDS } from '../../../../src/gateway/control/http/http-route-fields.js';
import { httpRoutes } from '../../../../src/gateway/control/http/http-routes.js';
import { HTTP_STAGE_FIELDS } from '../../../../src/gateway/control/http/http-stage-fields.js';
import { httpStages } from '../../../../src/gateway/control/http/http-stages.js';
import { HTTP_VPC_LINK_FIELDS } from '../../../../src/gateway/control/http/http-vpc-link-fields.js';
import { httpVpcLinks } from '../../../../src/gateway/control/http/http-vpc-links.js';
import { apis } from '../../../../src/gateway/control/resources/apis.js';

/** Values that some field has, and values that none has. */
const VALUES = [
  'HTTP',
  'HTTP_PROXY',
  'AWS_PROXY',
  'VPC_LINK',
  'INTERNET',
  'ANY',
  'GET',
  'JWT',
  'CUSTOM',
  'REQUEST',
  '1.0',
  '2.0',
  '$default',
  'GET /a',
  'ANY /{proxy+}',
  'GET /{a',
  'integrations/abc1234',
  'abc123',
  'http://a',
  'https://${stageVariables.a}/{b}',
  'arn:aws:lambda:r:a:function:f',
  'SQS-SendMessage',
  '*',
  'constructor',
  '__proto__',
  '',
  '${',
  '\0',
  '$request.header.a',
  'arn:aws:iam::1:role/a',
  0,
  -1,
  50,
  3600,
  Infinity,
  true,
  false,
  null,
];
const MAP_KEYS = [
  'append:header.a',
  'overwrite:path',
  'remove:querystring.b',
  '200',
  '__proto__',
  'QueueUrl',
  'a',
];

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(...VALUES),
    fc.string({ maxLength: 8 }),
    fc.array(tie('any'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom(...MAP_KEYS), tie('any'), { maxKeys: 2 }),
  ),
})).any;

/** An input that has some fields of the table. */
function inputOf(...tables: readonly object[]): fc.Arbitrary<Record<string, unknown>> {
  const names = tables
    .flatMap((table) => Object.keys(table))
    .map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  return fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 });
}

const AUTHORIZER = {
  name: 'a',
  authorizerType: 'JWT',
  identitySource: ['$request.header.a'],
  jwtConfiguration: { issuer: 'https://issuer.example', audience: ['a'] },
};

describe('hostile input to the control plane of HTTP APIs', () => {
  it.each([
    ['an API', inputOf(HTTP_API_FIELDS, QUICK_CREATE_FIELDS), { name: 'a', protocolType: 'HTTP' }],
    ['an integration', inputOf(HTTP_INTEGRATION_FIELDS), {}],
    ['a route', inputOf(HTTP_ROUTE_FIELDS), {}],
    ['a stage', inputOf(HTTP_STAGE_FIELDS), {}],
    ['an authorizer', inputOf(HTTP_AUTHORIZER_FIELDS), AUTHORIZER],
    ['a VPC link', inputOf(HTTP_VPC_LINK_FIELDS), { name: 'a', subnetIds: ['a'] }],
  ])('for %s is accepted or refused, and what is accepted can be served', (kind, inputs, valid) => {
    const plane = new ControlPlane({ region: 'us-east-1', accountId: '000000000000' });
    const target = 'https://books.example';
    const api = apis.create(plane, { name: 'books', protocolType: 'HTTP', target });
    assert(api.protocol === 'HTTP');
    let accepted = 0;
    const attempt = (work: () => void) => {
      try {
        work();
        accepted += 1;
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
      }
    };
    const [route] = api.routes.values();
    const [integration] = api.integrations.values();
    assert(route && integration);
    fc.assert(
      fc.property(inputs, inputs, (created, updated) => {
        const input = { ...valid, ...created };
        switch (kind) {
          case 'an API':
            attempt(() => apis.create(plane, input));
            attempt(() => apis.update?.(plane, api, updated));
            break;
          case 'an integration':
            attempt(() => httpIntegrations.create(api, input));
            attempt(() => httpIntegrations.update?.(api, integration, updated));
            break;
          case 'a route':
            attempt(() => httpRoutes.create(api, input));
            attempt(() => httpRoutes.update?.(api, route, updated));
            break;
          case 'a stage':
            attempt(() => httpStages.create(api, input));
            attempt(() => httpStages.update?.(api, api.stages.get('$default')!, updated));
            break;
          case 'an authorizer':
            attempt(() => httpAuthorizers.create(api, input));
            break;
          default:
            attempt(() => httpVpcLinks.create(plane, input));
        }
        expect(plane.httpStage(api.api.ApiId, '$default')?.snapshot?.routes.length).toBeGreaterThan(0);
      }),
      { seed: 20_261_128, numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});
