import assert from 'node:assert/strict';
import { beforeEach, describe, expect, it } from 'vitest';
import { LoadedTemplates } from '../../../src/gateway/cloudformation/loaded-templates.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';
import { apis } from '../../../src/gateway/control/resources/apis.js';
import { BOOKS_TEMPLATE } from '../harness-templates.js';
import { CHAT } from './chat-template.js';

const SETTINGS = { region: 'eu-central-1', accountId: '123456789012' };

let closed: string[];
let plane: ControlPlane;
let templates: LoadedTemplates;
beforeEach(() => {
  closed = [];
  plane = new ControlPlane({
    ...SETTINGS,
    whenStageDeleted: (apiId, stage, last) =>
      closed.push(`${apiId}/${stage} with ${last.snapshot?.routes.size} routes`),
  });
  templates = new LoadedTemplates(plane, SETTINGS);
});

const load = (...texts: string[]) =>
  templates.replace(
    texts.map((text, index) => ({ fileName: `${index}.yml`, text })),
    new Map(),
  );

/** The only API. */
function onlyApi() {
  const [resources, ...others] = plane.apis.values();
  assert(resources?.protocol === 'WEBSOCKET' && others.length === 0);
  return resources;
}

const KEYED = `
  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties: { Enabled: true }
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties: { ApiStages: [{ ApiId: !Ref Api, Stage: !Ref Stage }] }
  PlanKey:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan }
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: chat.example.com
      DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1' }]
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: { ApiId: !Ref Api, Stage: !Ref Stage, DomainName: !Ref Domain }
`;

describe('a template that is loaded again', () => {
  it('keeps every id, and the value of an API key', () => {
    load(CHAT + KEYED);
    const idsOf = () => {
      const { api, routes, integrations, routeResponses } = onlyApi();
      return {
        api: api.ApiId,
        endpoint: api.ApiEndpoint,
        routes: [...routes.keys()],
        integrations: [...integrations.keys()],
        routeResponses: [...routeResponses.values()].map((each) => [...each.keys()]),
        links: [...plane.vpcLinks.keys()],
        keys: [...plane.apiKeys.values()].map(({ id, value }) => `${id}=${value}`),
        plans: [...plane.usagePlanKeys].map(([id, keys]) => [id, ...keys]),
        mappings: [...plane.apiMappings.values()].map((each) => [...each.keys()]),
      };
    };
    const before = idsOf();
    load(CHAT + KEYED);
    expect(idsOf()).toEqual(before);
    expect(closed).toEqual([]);
  });

  it('has new properties, and serves them at once', () => {
    load(CHAT);
    const { ApiId } = onlyApi().api;
    load(CHAT.replaceAll('/message', '/other'));
    expect(plane.stage(ApiId, 'dev')?.snapshot?.routes.get('$default')?.integration?.uri).toBe(
      'http://nlb.internal/other',
    );
  });

  it('closes the stage that it no longer has, as it was served last', () => {
    load(CHAT);
    const { ApiId } = onlyApi().api;
    load(CHAT.replace('StageName: dev', 'StageName: prod'));
    expect(closed).toEqual([`${ApiId}/dev with 2 routes`]);
    expect([...onlyApi().stages.keys()]).toEqual(['prod']);
  });

  it('replaces an API whose logical id has changed', () => {
    load(CHAT);
    const { ApiId } = onlyApi().api;
    load(CHAT.replaceAll('!Ref Api', '!Ref Other').replace(/^ {2}Api:/m, '  Other:'));
    expect(onlyApi().api.ApiId).not.toBe(ApiId);
    expect(closed).toEqual([`${ApiId}/dev with 2 routes`]);
  });

  it('is removed when it is no longer given', () => {
    load(CHAT, CHAT);
    expect(plane.apis.size).toBe(2);
    load(CHAT);
    expect(plane.apis.size).toBe(1);
    expect(plane.vpcLinks.size).toBe(1);
    expect(closed).toHaveLength(1);
  });

  it('keeps APIs that were created otherwise', () => {
    load(CHAT);
    const { api } = apis.create(plane, {
      name: 'by hand',
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.action',
    });
    load(CHAT);
    expect(plane.apis.has(api.ApiId)).toBe(true);
    expect(plane.apis.size).toBe(2);
  });

  it('serves other routes of an HTTP API, which keeps its ids', () => {
    load(BOOKS_TEMPLATE);
    const stateOf = () => {
      const [resources] = plane.httpApis();
      assert(resources !== undefined && plane.apis.size === 1);
      const { api, integrations } = resources;
      const served = resources.served('$default');
      return {
        ids: [api.ApiId, ...integrations.keys(), ...plane.httpVpcLinks.keys()],
        routes: served?.snapshot?.routes.map(({ routeKey }) => routeKey),
      };
    };
    const before = stateOf();
    expect(before.routes?.toSorted()).toEqual(['ANY /fn/{id}', 'GET /books']);
    load(BOOKS_TEMPLATE.replace('GET /books', 'GET /shelves'));
    const after = stateOf();
    expect(after.ids).toEqual(before.ids);
    expect(after.routes?.toSorted()).toEqual(['ANY /fn/{id}', 'GET /shelves']);
    expect(() => load(BOOKS_TEMPLATE.replace('!Ref VpcLink', '!Ref Lnk'))).toThrow(/^0\.yml:|^1\.yml:/);
    expect(stateOf()).toEqual(after);
    load(CHAT);
    expect([plane.httpApis(), plane.httpVpcLinks.size]).toEqual([[], 0]);
  });

  it.each([
    ['cannot be parsed', 'Resources: ['],
    ['refers to nothing', CHAT.replace('!Ref Link', '!Ref Lnk')],
    ['has a resource that AWS refuses', CHAT.replace('TimeoutInMillis: 10000', 'TimeoutInMillis: 40000')],
  ])('changes nothing when it %s', (_, broken) => {
    load(CHAT + KEYED);
    const stateOf = () => ({
      api: onlyApi(),
      links: [...plane.vpcLinks],
      keys: [...plane.apiKeys],
      plans: structuredClone([...plane.usagePlanKeys]),
      mappings: [...plane.apiMappings],
    });
    const before = stateOf();
    const stage = plane.stage(before.api.api.ApiId, 'dev')?.snapshot;
    expect(() => load(CHAT.replace('StageName: dev', 'StageName: prod'), broken)).toThrow(/^1\.yml:/);
    expect(stateOf()).toEqual(before);
    expect(onlyApi()).toBe(before.api);
    expect(plane.stage(before.api.api.ApiId, 'dev')?.snapshot).toBe(stage);
    expect(closed).toEqual([]);
    // and the ids are still known
    load(CHAT + KEYED);
    expect(onlyApi().api.ApiId).toBe(before.api.api.ApiId);
  });

  it('changes nothing when none has an API any more', () => {
    load(CHAT);
    const before = onlyApi();
    expect(() => load('Resources:\n  Rest: {Type: AWS::ApiGateway::RestApi}\n')).toThrow(
      /^0\.yml:2:3: there is no API that this gateway can serve/,
    );
    expect(onlyApi()).toBe(before);
    expect(closed).toEqual([]);
  });
});
