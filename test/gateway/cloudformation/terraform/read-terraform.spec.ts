import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inDependencyOrder } from '../../../../src/gateway/cloudformation/dependencies.js';
import { inputOf } from '../../../../src/gateway/cloudformation/load-template.js';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';
import { Stack } from '../../../../src/gateway/cloudformation/stack.js';
import { readTerraform } from '../../../../src/gateway/cloudformation/terraform/read-terraform.js';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const PATTERNS = read('patterns/plan.json');
const SECRET = 'aws_apigatewayv2_integration.backend.request_parameters.integration.request.header.Secret';

const settings = {
  region: 'us-east-1',
  accountId: '000000000000',
  parameters: new Map([[SECRET, "'secret'"]]),
};

/** The references of which are the addresses. */
function stackOf(text: string, parameters: ReadonlyMap<string, string> = settings.parameters): Stack {
  const all = { ...settings, parameters };
  return new Stack(readTerraform(text, 'plan.json', all), all, ({ logicalId, type }, attribute) =>
    attribute === undefined && type.startsWith('AWS::ApiGateway') ? logicalId : undefined,
  );
}

function inputAt(stack: Stack, address: string) {
  const resource = stack.template.resources.get(address);
  if (resource === undefined) throw new Error(`no ${address}`);
  return inputOf(stack, resource);
}

describe('what a Terraform plan does not know', () => {
  const stack = stackOf(PATTERNS);

  it('is found by a key that another reference of the expression has', () => {
    expect(inputAt(stack, 'aws_apigatewayv2_integration.function["$default"]')).toMatchObject({
      integrationUri: expect.stringMatching(/:function:chat-message\/invocations$/) as string,
    });
  });

  it('is found by the key of for_each over another resource', () => {
    expect(inputAt(stack, 'aws_apigatewayv2_route.function["$connect"]')).toMatchObject({
      target: 'integrations/aws_apigatewayv2_integration.function["$connect"]',
    });
  });

  it('is the only API behind a local value, of which Terraform prints nothing', () => {
    expect(inputAt(stack, 'aws_apigatewayv2_route.backend')).toMatchObject({
      apiId: 'aws_apigatewayv2_api.chat[0]',
    });
  });

  it('is given by --parameter', () => {
    expect(inputAt(stack, 'aws_apigatewayv2_integration.backend')).toMatchObject({
      requestParameters: { 'integration.request.header.Secret': "'secret'" },
    });
  });

  it('is given for all instances without the key, with references as in the configuration', () => {
    const uri = 'https://${aws_lambda_function.handler["connect"].function_name}/${each.key}';
    const given = new Map([
      ...settings.parameters,
      ['aws_apigatewayv2_integration.function.integration_uri', uri],
    ]);
    expect(
      inputAt(stackOf(PATTERNS, given), 'aws_apigatewayv2_integration.function["$default"]'),
    ).toMatchObject({ integrationUri: 'https://chat-connect/$default' });
  });

  it('is an error that names the flag, the references and the line, if nothing tells', () => {
    const line = PATTERNS.slice(
      0,
      PATTERNS.indexOf('"address": "aws_apigatewayv2_integration.backend"'),
    ).split('\n').length;
    expect(() => stackOf(PATTERNS, new Map())).toThrow(
      new RegExp(
        `^plan\\.json:${line}:\\d+: a value is known only after apply.*--parameter '${SECRET}=…\\$\\{random_password\\.gateway\\.result\\}…'`,
      ),
    );
  });
});

describe('a value of --parameter for a Terraform plan', () => {
  it('that refers to what the plan does not have is an error', () => {
    const given = new Map([[SECRET, "'${random_password.other.result}'"]]);
    expect(() => stackOf(PATTERNS, given)).toThrow(
      /=.*random_password\.other\.result.*refers to what the plan does not have/,
    );
  });
});

describe('a resource of a Terraform plan', () => {
  const stack = stackOf(PATTERNS);

  it('is created after what its triggers refer to', () => {
    const order = inDependencyOrder(stack).map(({ logicalId }) => logicalId);
    expect(order.indexOf('aws_apigatewayv2_deployment.chat')).toBeGreaterThan(
      order.indexOf('aws_apigatewayv2_route.backend'),
    );
  });

  it('has the limits of 0 that the provider sends for a block without them', () => {
    expect(inputAt(stack, 'aws_apigatewayv2_stage.chat')).toMatchObject({
      defaultRouteSettings: { throttlingBurstLimit: 0, throttlingRateLimit: 0, loggingLevel: 'ERROR' },
    });
  });
});

describe('lint of a Terraform plan', () => {
  it('finds the limits of 0, at the resource', () => {
    const findings = lint(PATTERNS, { fileName: 'plan.json' });
    expect(findings.map(({ rule, message }) => [rule, message])).toEqual([
      ['zero-throttle', 'aws_apigatewayv2_stage.chat: every route has a ThrottlingRateLimit of 0'],
    ]);
    const start = PATTERNS.split('\n').slice(0, findings[0]?.line);
    expect(start.at(-1)).toContain('"address": "aws_apigatewayv2_stage.chat"');
  });

  it('finds nothing that is only unknown', () => {
    const findings = lint(read('topology/plan.json'), { fileName: 'plan.json' });
    expect(findings.filter(({ severity }) => severity !== 'hint')).toEqual([]);
  });
});

describe('an API of a Terraform plan', () => {
  const plan = (after: object, unknown: object, expressions: object) =>
    JSON.stringify({
      format_version: '1.2',
      planned_values: {
        root_module: {
          resources: [
            {
              address: 'aws_apigatewayv2_api.a',
              mode: 'managed',
              type: 'aws_apigatewayv2_api',
              name: 'a',
              values: after,
            },
            {
              address: 'aws_lambda_alias.live',
              mode: 'managed',
              type: 'aws_lambda_alias',
              name: 'live',
              values: { name: 'live', function_name: 'books' },
            },
          ],
        },
      },
      resource_changes: [{ address: 'aws_apigatewayv2_api.a', change: { after_unknown: unknown } }],
      configuration: { root_module: { resources: [{ address: 'aws_apigatewayv2_api.a', expressions }] } },
    });
  const values = {
    name: 'books',
    protocol_type: 'HTTP',
    route_selection_expression: '$request.method $request.path',
  };

  it('may be created with a function as its target', () => {
    const references = ['aws_lambda_alias.live.arn', 'aws_lambda_alias.live'];
    const stack = stackOf(plan(values, { target: true }, { target: { references } }));
    expect(inputAt(stack, 'aws_apigatewayv2_api.a')).toMatchObject({
      target: 'arn:aws:lambda:us-east-1:000000000000:function:books:live',
    });
  });

  it('may be a definition, of which lint finds nothing', () => {
    const body = JSON.stringify({
      openapi: '3.0.1',
      info: { title: 'books', version: '1' },
      paths: {
        '/books': {
          get: {
            'x-amazon-apigateway-integration': {
              type: 'http_proxy',
              httpMethod: 'GET',
              uri: 'https://books.example.com',
              payloadFormatVersion: '1.0',
            },
          },
        },
      },
    });
    expect(lint(plan({ ...values, body }, {}, {}), { fileName: 'plan.json' })).toEqual([]);
  });
});

describe('a file that is not what terraform show -json prints', () => {
  it.each([
    ['main.tf', 'resource "aws_lb" "a" {}', /terraform show -json plan\.tfplan/],
    [
      'terraform.tfstate',
      '{"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x"}',
      /run terraform show -json > state\.json/,
    ],
    ['plan.json', '{"@level":"info","@message":"Terraform 1.11.4"}\n', /the log of terraform plan -json/],
    ['plan.txt', '# aws_lb.a:\nresource "aws_lb" "a" {', /run it with -json/],
    ['state.json', '{"format_version":"1.0"}', /empty before the first apply/],
    ['plan.json', '{"format_version":"1.2","planned_values":{},"errored":true}', /terraform plan has failed/],
    ['plan.json', '{"format_version":"2.0","planned_values":{}}', /its format_version is 2\.0/],
    ['x.json', '{"Resources":{}}', /is not what terraform show -json prints; of a plan: terraform plan -out/],
    ['x.json', '{"format_version":', /it is not JSON/],
  ])('is refused with the command to run: %s', (fileName, text, message) => {
    expect(() => readTerraform(text, fileName, settings)).toThrow(message);
  });
});
