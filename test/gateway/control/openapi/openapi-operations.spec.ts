import assert from 'node:assert/strict';
import {
  CreateDeploymentCommand,
  CreateRouteCommand,
  CreateStageCommand,
  ExportApiCommand,
  type ExportApiCommandInput,
  GetApiCommand,
  GetApisCommand,
  GetRoutesCommand,
  ImportApiCommand,
  ReimportApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApi, refusal, serveControlApiPerTest } from '../serve-control-api.js';
import { definition, FUNCTION } from './definitions.js';

const withRoute = (path: string, members: object = {}) =>
  JSON.stringify(
    definition({ paths: { [path]: { get: { 'x-amazon-apigateway-integration': FUNCTION } } }, ...members }),
  );

describe('the operations for OpenAPI definitions', () => {
  const served = serveControlApiPerTest();

  const routeKeys = async (ApiId: string) => {
    const { Items = [] } = await served.v2.send(new GetRoutesCommand({ ApiId }));
    return Items.map(({ RouteKey }) => RouteKey);
  };

  async function importApi(Body: string, options: object = {}) {
    const { ApiId, ...rest } = await served.v2.send(new ImportApiCommand({ Body, ...options }));
    assert(ApiId);
    return { ApiId, ...rest };
  }

  async function exported(ApiId: string, options: Partial<ExportApiCommandInput> = {}) {
    const { body } = await served.v2.send(
      new ExportApiCommand({ ApiId, Specification: 'OAS30', OutputType: 'JSON', ...options }),
    );
    return new TextDecoder().decode(body);
  }

  it('ImportApi creates an API and returns it, with what the import reports', async () => {
    const { ApiId, ImportInfo, Warnings, Name } = await importApi(
      JSON.stringify(
        definition({
          paths: {
            '/a': {
              get: { requestBody: {}, 'x-amazon-apigateway-integration': { ...FUNCTION, type: 'mock' } },
            },
          },
        }),
      ),
    );
    expect([Name, ImportInfo?.length, Warnings?.length]).toEqual(['books', 1, 1]);
    expect(await routeKeys(ApiId)).toEqual(['GET /a']);
  });

  it('ImportApi with FailOnWarnings creates nothing if there is one', async () => {
    const source = JSON.stringify(definition({ paths: { a: {} } }));
    await expect(importApi(source, { FailOnWarnings: true })).rejects.toMatchObject({
      name: 'BadRequestException',
      message:
        'Warnings found during import:\n\tParse issue: attribute paths. Resource a should start with /',
    });
    expect((await served.v2.send(new GetApisCommand({}))).Items).toEqual([]);
  });

  it('ImportApi has the base path of the query', async () => {
    const source = withRoute('/a', { servers: [{ url: 'https://x.example/v1' }] });
    expect(await routeKeys((await importApi(source, { Basepath: 'prepend' })).ApiId)).toEqual(['GET /v1/a']);
  });

  it('ReimportApi overwrites the API, and keeps its id and its stages', async () => {
    const { ApiId, CreatedDate } = await importApi(withRoute('/a'));
    await served.v2.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
    const { v2, controlPlane } = served;
    const renamed = withRoute('/b', { info: { title: 'renamed', version: '2' } });
    const again = await v2.send(new ReimportApiCommand({ ApiId, Body: renamed }));
    expect(again).toMatchObject({ ApiId, CreatedDate, Name: 'renamed' });
    expect(await routeKeys(ApiId)).toEqual(['GET /b']);
    expect(await v2.send(new GetApiCommand({ ApiId }))).toMatchObject({ Name: 'renamed', Version: '2' });
    const deployed = controlPlane.httpStage(ApiId, '$default')?.snapshot?.routes;
    expect(deployed?.map(({ routeKey }) => routeKey)).toEqual(['GET /b']);
  });

  it('ReimportApi that is refused changes nothing', async () => {
    const { ApiId } = await importApi(withRoute('/a'));
    const broken = JSON.stringify(definition({ paths: { '/b': { get: { security: [{ none: [] }] } } } }));
    await expect(served.v2.send(new ReimportApiCommand({ ApiId, Body: broken }))).rejects.toMatchObject({
      name: 'BadRequestException',
    });
    expect(await routeKeys(ApiId)).toEqual(['GET /a']);
  });

  it('ExportApi returns JSON or YAML of the same definition', async () => {
    const { ApiId } = await importApi(withRoute('/a/{b}'));
    const json = JSON.parse(await exported(ApiId)) as object;
    expect(json).toMatchObject({
      openapi: '3.0.1',
      info: { title: 'books', version: '1.0' },
      servers: [
        {
          url: `https://${ApiId}.execute-api.eu-central-1.amazonaws.com/{basePath}`,
          variables: { basePath: { default: '' } },
        },
      ],
      paths: {
        '/a/{b}': {
          parameters: [{ name: 'b', in: 'path', required: true }],
          get: {
            responses: { default: { description: 'Default response for GET /a/{b}' } },
            'x-amazon-apigateway-integration': { ...FUNCTION, connectionType: 'INTERNET' },
          },
        },
      },
      'x-amazon-apigateway-importexport-version': '1.0',
    });
    expect(parse(await exported(ApiId, { OutputType: 'YAML', ExportVersion: '1.0' }))).toEqual(json);
  });

  it('ExportApi without extensions has none', async () => {
    const any = { 'x-amazon-apigateway-any-method': { isDefaultRoute: true } };
    const { ApiId } = await importApi(
      JSON.stringify(
        definition({
          tags: [{ name: 'a' }],
          paths: { '/a': { get: { 'x-amazon-apigateway-integration': FUNCTION } }, '/$default': any },
        }),
      ),
    );
    const text = await exported(ApiId, { IncludeExtensions: false });
    expect(text).not.toMatch(/x-amazon|isDefaultRoute/);
    expect(Object.keys((JSON.parse(text) as { paths: object }).paths)).toEqual(['/a']);
  });

  it('ExportApi of a stage returns what is deployed to it', async () => {
    const { v2 } = served;
    const { ApiId } = await importApi(withRoute('/a'));
    await v2.send(new CreateStageCommand({ ApiId, StageName: 'dev' }));
    await expect(exported(ApiId, { StageName: 'dev' })).rejects.toMatchObject({
      name: 'BadRequestException',
    });
    await v2.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }));
    await v2.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /b' }));
    const deployed = JSON.parse(await exported(ApiId, { StageName: 'dev' })) as object;
    expect(deployed).toMatchObject({
      servers: [{ variables: { basePath: { default: 'dev' } } }],
      paths: { '/a': {} },
    });
    expect(deployed).not.toHaveProperty(['paths', '/b']);
    expect(JSON.parse(await exported(ApiId))).toHaveProperty(['paths', '/b']);
    await expect(exported(ApiId, { StageName: 'none' })).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it.each([
    ['PUT', '/v2/apis', {}],
    ['PUT', '/v2/apis', { body: 5 }],
    ['PUT', '/v2/apis?basepath=append', { body: withRoute('/a') }],
    ['PUT', '/v2/apis?failOnWarnings=maybe', { body: withRoute('/a') }],
    ['GET', '/v2/apis/API/exports/OAS31?outputType=JSON', undefined],
    ['GET', '/v2/apis/API/exports/OAS30', undefined],
    ['GET', '/v2/apis/API/exports/OAS30?outputType=XML', undefined],
    ['GET', '/v2/apis/API/exports/OAS30?outputType=JSON&exportVersion=2.0', undefined],
    ['GET', '/v2/apis/API/exports/OAS30?outputType=JSON&includeExtensions=no', undefined],
    ['PUT', '/v2/apis/SOCKETS', { body: withRoute('/a') }],
    ['GET', '/v2/apis/SOCKETS/exports/OAS30?outputType=JSON', undefined],
  ])('%s %s is refused with 400', async (method, path, body) => {
    const { ApiId } = await importApi(withRoute('/a'));
    const sockets = path.includes('SOCKETS') ? await createApi(served) : '';
    const response = await served.send(method, path.replace('API', ApiId).replace('SOCKETS', sockets), body);
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it('there is no other operation on exports', async () => {
    const { ApiId } = await importApi(withRoute('/a'));
    expect((await served.send('DELETE', `/v2/apis/${ApiId}/exports/OAS30`)).status).toBe(405);
    expect((await served.send('GET', `/v2/apis/${ApiId}/exports`)).status).toBe(404);
    expect((await served.send('PUT', '/v2/apis/none', { body: withRoute('/a') })).status).toBe(404);
  });
});
