import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/gateway/cloudformation/explain/explain.js';
import { lint } from '../../../src/gateway/cloudformation/lint/lint.js';
import { loadTemplate } from '../../../src/gateway/cloudformation/load-template.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';

const SETTINGS = { region: 'eu-west-1', accountId: '111122223333', fileName: 'api.yaml' };

const STAGE = `
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}`;

/** A template with an API that a definition describes. */
const template = (operation: string, { properties = '', resources = '' } = {}) => `
Parameters: {Version: {Type: String, Default: '2.0'}}
Resources:
  Books: {Type: AWS::Lambda::Function}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ${properties}
      Body:
        openapi: 3.0.1
        info: {title: !Sub 'books of \${AWS::Region}', version: 1.0}
        paths:
          /books/{id}:
            get:
              ${operation}
${resources}${STAGE}
`;

const FUNCTION = `x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                payloadFormatVersion: !Ref Version
                uri: !Sub 'arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Books.Arn}/invocations'`;

function load(text: string) {
  const plane = new ControlPlane(SETTINGS);
  const report = loadTemplate(plane, text, { ...SETTINGS, parameters: new Map() });
  const [api] = plane.httpApis();
  const stage = api && plane.httpStage(api.api.ApiId, '$default');
  return { plane, report, api, routes: stage?.snapshot?.routes ?? [] };
}

const found = (text: string) => lint(text, { fileName: 'api.yaml' });

describe('a definition in the Body of an API', () => {
  it('is imported, with its intrinsic functions resolved', () => {
    const { api, routes, report } = load(template(FUNCTION));
    expect(api?.api).toMatchObject({ Name: 'books of eu-west-1', Version: '1.0' });
    expect(routes).toMatchObject([
      {
        routeKey: 'GET /books/{id}',
        integration: {
          kind: 'function',
          payloadFormatVersion: '2.0',
          uri: expect.stringContaining('arn:aws:lambda:eu-west-1:111122223333:function:Books/invocations'),
        },
      },
    ]);
    expect(report.apis).toMatchObject([{ logicalId: 'Api', stages: ['$default'] }]);
  });

  it('is created after the resources to which it refers', () => {
    const operation = `x-amazon-apigateway-integration:
                {type: http_proxy, httpMethod: ANY, connectionType: VPC_LINK, connectionId: !Ref Link,
                 uri: 'arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-a'}`;
    const resources =
      '  Link: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: link, SubnetIds: [subnet-a]}}';
    const { plane, routes } = load(template(operation, { resources }));
    const [link] = plane.httpVpcLinks.keys();
    expect(routes).toMatchObject([{ integration: { kind: 'private', vpcLinkId: link } }]);
  });

  it('may be text', () => {
    const text = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body: |
        openapi: 3.0.1
        info: {title: books, version: '1'}
        paths: {/a: {get: {}}}
${STAGE}`;
    expect(load(text).routes).toMatchObject([{ routeKey: 'GET /a' }]);
  });

  it('has the base path that the template names, and the settings of the template', () => {
    const properties = `BasePath: prepend
      Description: the template's
      Tags: {a: b}`;
    const servers = "openapi: 3.0.1\n        servers: [{url: 'https://x.example/v1'}]";
    const { api, routes } = load(template(FUNCTION, { properties }).replace('openapi: 3.0.1', servers));
    expect(routes).toMatchObject([{ routeKey: 'GET /v1/books/{id}' }]);
    expect(api?.api).toMatchObject({ Description: "the template's", Tags: { a: 'b' } });
  });

  it('keeps the id of its API when the template is loaded again', () => {
    const first = load(template(FUNCTION));
    const plane = new ControlPlane(SETTINGS);
    loadTemplate(plane, template(FUNCTION), {
      ...SETTINGS,
      parameters: new Map(),
      before: new Map([[SETTINGS.fileName, first.report.stack]]),
    });
    expect(plane.httpApis().map(({ api }) => api.ApiId)).toEqual([first.api?.api.ApiId]);
  });

  it('is explained', () => {
    const options = { ...SETTINGS, parameters: new Map<string, string>(), request: 'GET /books/7' };
    const { text, isSent } = explain(template(FUNCTION), options);
    expect(isSent).toBe(true);
    expect(text).toContain('"routeKey": "GET /books/{id}"');
  });
});

const MOCK = 'x-amazon-apigateway-integration: {type: mock}';

describe('what an import leaves out', () => {
  it('is in the report, and the rest is created', () => {
    const { report, routes } = load(template(MOCK));
    expect(report.importWarnings).toEqual([
      { logicalId: 'Api', warning: expect.stringMatching(/^Unable to put integration on 'GET'/) },
    ]);
    expect(routes).toMatchObject([{ integration: undefined }]);
  });

  it('is a warning of lint, at the Body', () => {
    expect(found(template(MOCK))).toMatchObject([{ rule: 'import-warning', severity: 'warning', line: 10 }]);
  });

  it('is refused with FailOnWarnings', () => {
    const text = template(MOCK, { properties: 'FailOnWarnings: true' });
    expect(() => load(text)).toThrow(
      'api.yaml:5:3: Api (AWS::ApiGatewayV2::Api): Warnings found during import:\n\tUnable to put integration',
    );
    expect(found(text)).toMatchObject([{ rule: 'refused', severity: 'error', line: 5 }]);
  });
});

describe('a template is refused', () => {
  it('for an error in a definition', () => {
    const text = template(FUNCTION).replace('openapi: 3.0.1', 'openapi: 3.1.0');
    expect(() => load(text)).toThrow(/Api \(AWS::ApiGatewayV2::Api\): Errors found during import/);
    expect(found(text)).toMatchObject([{ rule: 'refused', line: 5 }]);
  });

  it('for a definition in S3, with what to do; lint does not call it an error, because AWS accepts it', () => {
    const text = `
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {BodyS3Location: {Bucket: a, Key: b.yaml}}}
${STAGE}`;
    expect(() => load(text)).toThrow(/BodyS3Location is not supported by this gateway.*write it into Body/);
    expect(found(text)).toEqual([]);
  });

  it('for a Body that is a list', () => {
    expect(() => load(`Resources: {Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Body: [a]}}}`)).toThrow(
      /Body is not an OpenAPI definition/,
    );
  });
});
