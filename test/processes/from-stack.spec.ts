import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpawnedProgram } from '../support/spawned-program.js';

/** CloudFormation and the Parameter Store on the wire, as their API references show it. */
const RESPONSES: Readonly<Record<string, string>> = {
  'DescribeStacks chat': `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult><Stacks><member>
    <StackName>chat</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
    <Parameters>
      <member><ParameterKey>Message</ParameterKey><ParameterValue>deployed</ParameterValue></member>
      <member><ParameterKey>Secret</ParameterKey><ParameterValue>****</ParameterValue></member>
      <member><ParameterKey>Disconnect</ParameterKey><ParameterValue>/chat/disconnect</ParameterValue><ResolvedValue>resolved</ResolvedValue></member>
    </Parameters>
    <Outputs>
      <member><OutputKey>Fallback</OutputKey><OutputValue>output</OutputValue></member>
      <member><OutputKey>Name</OutputKey><OutputValue>own-export</OutputValue><ExportName>chat-name</ExportName></member>
    </Outputs>
  </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  ListExports: `<ListExportsResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListExportsResult>
    <Exports><member><Name>unrelated</Name><Value>no</Value></member></Exports><NextToken>second</NextToken>
  </ListExportsResult></ListExportsResponse>`,
  'ListExports second': `<ListExportsResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListExportsResult>
    <Exports><member><Name>network-host</Name><Value>nlb.example</Value></member></Exports>
  </ListExportsResult></ListExportsResponse>`,
  GetParameters: JSON.stringify({
    Parameters: [
      { Name: '/chat/connect', Type: 'String', Value: 'stored', Version: 3 },
      { Name: '/chat/own-export', Selector: ':2', Type: 'String', Value: 'of-version-2', Version: 2 },
      { Name: '/chat/secure', Type: 'SecureString', Value: 'ciphertext', Version: 1 },
    ],
    InvalidParameters: [],
  }),
};

const NO_STACK = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
  <Code>ValidationError</Code><Message>Stack with id missing does not exist</Message></Error></ErrorResponse>`;

const TEMPLATE = `
Parameters:
  Message: { Type: String, Default: default }
  Secret: { Type: String, Default: hidden }
  Given: { Type: String }
  Fallback: { Type: String }
  Connect: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /chat/connect }
  Disconnect: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /chat/disconnect }
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: !Sub ['\${Message} \${Secret} \${Given} \${Fallback} \${Connect} \${Disconnect} \${Own}', { Own: !ImportValue chat-name }]
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
      Description: !Join ['', ['{{resolve:ssm:/chat/', !ImportValue chat-name, ':2}} {{resolve:ssm:/chat/secure}}']]
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: !Sub ['http://\${Host}/message', { Host: !ImportValue network-host }]
Outputs:
  Exported: { Value: !Ref Message, Export: { Name: chat-name-of-this } }
`;

describe('--from-stack', () => {
  const calls: string[] = [];
  let aws: Server;
  let folder: string;
  let template: string;
  beforeEach(async () => {
    calls.length = 0;
    aws = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        const target = String(request.headers['x-amz-target'] ?? '').replace('AmazonSSM.', '');
        const form = new URLSearchParams(body);
        const action = target || form.get('Action');
        calls.push(String(action));
        const key = [action, form.get('StackName') ?? form.get('NextToken')].filter(Boolean).join(' ');
        const known = RESPONSES[key];
        response
          .writeHead(known === undefined ? 400 : 200, {
            'content-type': target ? 'application/x-amz-json-1.1' : 'text/xml',
          })
          .end(known ?? NO_STACK);
      })();
    }).listen(0, '127.0.0.1');
    await once(aws, 'listening');
    folder = await mkdtemp(join(tmpdir(), 'from-stack-'));
    template = join(folder, 'template.yaml');
    await writeFile(template, TEMPLATE);
  });
  afterEach(async () => {
    aws.close();
    await rm(folder, { recursive: true });
  });

  const args = (stack: string) => [
    '--port=0',
    `--template=${template}`,
    `--from-stack=${stack}`,
    '--parameter=Given=given',
  ];
  const env = () => {
    const url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    return {
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      AWS_ENDPOINT_URL_SSM: url,
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
  };

  it('gives a template the values of a deployed stack, of exports and of the Parameter Store', async () => {
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', args('chat'), env());
    await using _ = program;
    const { items } = (await (await fetch(`${url}/_gateway/apis`)).json()) as {
      readonly items: readonly {
        readonly integrations: readonly { readonly integrationUri: string }[];
      }[];
    };
    expect(items[0]).toMatchObject({
      name: 'deployed hidden given output stored resolved own-export',
      description: 'of-version-2 {{resolve:ssm:/chat/secure}}',
    });
    expect(items[0]?.integrations[0]?.integrationUri).toBe('http://nlb.example/message');
    expect(new Set(calls)).toEqual(new Set(['DescribeStacks', 'ListExports', 'GetParameters']));
    expect(calls.filter((action) => action === 'DescribeStacks')).toHaveLength(1);
    // the values may be secret
    expect(program.stdout.join('\n')).not.toContain('nlb.example');
  });

  it('ends with the reason when there is no such stack', async () => {
    const program = SpawnedProgram.run('gateway/main.js', args('missing'), env());
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([
      'gateway: --from-stack missing: cloudformation:DescribeStacks failed: ValidationError: Stack with id missing does not exist',
    ]);
  });
});
