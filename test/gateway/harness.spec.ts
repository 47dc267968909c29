import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { ApiGatewayV2Client, CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type StartGatewayOptions, startGateway } from '../../src/gateway/index.js';
import { HttpBackend } from '../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../support/web-socket-client.js';
import { ECHO_TEMPLATE, NLB_TEMPLATE } from './harness-templates.js';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

describe('startGateway', () => {
  it('serves a template whose load balancer is a server of the test', async () => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${String(request.headers.connectionid)}`);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using gateway = await startGateway({ template: NLB_TEMPLATE, targets: { nlb: server } });
    using client = await WebSocketClient.open(gateway.webSocketUrl('dev'));
    client.send({ action: 'say' });
    const { connectionId } = await gateway.waitFor({ type: 'message' });
    expect(requests).toEqual([`POST /say ${connectionId}`]);
    server.close();
  });

  it('runs a function of the test, which shares its variables', async () => {
    const events: { body?: string }[] = [];
    const echo = (event: { body?: string }) => {
      events.push(event);
      return { statusCode: 200, body: `echo ${event.body}` };
    };
    await using gateway = await startGateway({ template: ECHO_TEMPLATE, functions: { echo } });
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    client.send('hello');
    expect(await client.nextText()).toBe('echo hello');
    expect(events).toMatchObject([{ body: 'hello', requestContext: { routeKey: '$default', stage: 'dev' } }]);
  });

  it('accepts any names without a template, which the control plane may create later', async () => {
    await using gateway = await startGateway({ targets: { nlb: 'a' }, functions: { echo: () => 0 } });
    expect(gateway.endpoint).toMatch(/^http:/);
  });

  it('takes addresses, URLs, files and objects', async () => {
    await using backend = await HttpBackend.start();
    const folder = await mkdtemp(join(tmpdir(), 'harness-'));
    const file = join(folder, 'template.yaml');
    await writeFile(file, NLB_TEMPLATE);
    await writeFile(
      join(folder, 'echo.mjs'),
      'export const other = async () => ({ statusCode: 200, body: "file" });',
    );
    const targets: NonNullable<StartGatewayOptions['targets']>[] = [
      { nlb: new URL(backend.url).host },
      { nlb: backend.url },
      { nlb: new URL(backend.url) },
    ];
    for (const template of [file, pathToFileURL(file)]) {
      for (const target of targets) {
        await using gateway = await startGateway({ template, targets: target });
        using client = await WebSocketClient.open(gateway.webSocketUrl());
        client.send({ action: 'say' });
        expect((await backend.next()).url).toBe('/say');
      }
    }
    await using gateway = await startGateway({
      template: { Resources: templateObject() },
      functions: { echo: `${folder}/echo.mjs#other` },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    client.send('hello');
    expect(await client.nextText()).toBe('file');
    await rm(folder, { recursive: true });
  });

  it('uses parameters, and several templates of which one imports from the other', async () => {
    await using backend = await HttpBackend.start();
    const first = `${NLB_TEMPLATE}
Outputs:
  Path: { Value: /imported, Export: { Name: path } }
`;
    const second = NLB_TEMPLATE.replace(
      'http://nlb.internal/say',
      '!Join ["", [http://nlb.internal, !ImportValue path]]',
    ).replace('StageName: dev', 'StageName: !Ref Name');
    await using gateway = await startGateway({
      template: [first, `Parameters: { Name: { Type: String } }\n${second}`],
      parameters: { Name: 'prod' },
      targets: { nlb: backend.url },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl('prod'));
    client.send({ action: 'say' });
    expect((await backend.next()).url).toBe('/imported');
  });

  it('has no API without a template, and an endpoint for the control plane', async () => {
    await using gateway = await startGateway();
    const control = new ApiGatewayV2Client({
      endpoint: gateway.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
    expect(() => gateway.url()).toThrow('no API has a stage');
    await control.send(
      new CreateApiCommand({
        Name: 'a',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      }),
    );
    control.destroy();
    expect((await gateway.waitFor({ type: 'control' })).outcome).toEqual({ result: 'done', status: 201 });
  });

  it('requires signatures of the given keys with auth sigv4', async () => {
    await using gateway = await startGateway({
      template: ECHO_TEMPLATE,
      functions: { echo: () => ({ statusCode: 200 }) },
      auth: 'sigv4',
      credentials: { AKIATEST: { secretAccessKey: 'secret' } },
      policy: { Statement: { Effect: 'Allow', Action: 'execute-api:ManageConnections', Resource: '*' } },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl());
    const [connection] = gateway.connections();
    const post = async (secretAccessKey: string) => {
      const management = new ApiGatewayManagementApiClient({
        endpoint: gateway.managementEndpoint(),
        region: 'us-east-1',
        credentials: { accessKeyId: 'AKIATEST', secretAccessKey },
      });
      return management
        .send(new PostToConnectionCommand({ ConnectionId: connection?.connectionId, Data: 'hello' }))
        .finally(() => management.destroy());
    };
    await expect(post('wrong')).rejects.toThrow(/signature/);
    await post('secret');
    expect(await client.nextText()).toBe('hello');
  });

  it.each([
    [{ templates: 'x' }, 'there is no option templates: did you mean template?'],
    [{ template: 'none.yaml' }, 'none.yaml cannot be read'],
    [{ template: 'Resources:\n  Api: { Type: AWS::ApiGatewayV2::Api }' }, /^template 1:2:3: .*Name/],
    [{ template: ECHO_TEMPLATE, parameters: {}, targets: { nlb: 'http://a/path' } }, 'targets.nlb'],
    [{ template: ECHO_TEMPLATE, functions: { ecco: () => 0 } }, /^functions.ecco .*did you mean echo\?/],
    [{ template: NLB_TEMPLATE, targets: { a: 'a', b: 'b' } }, /^targets.a [^]*\ntargets.b .*known: nlb$/],
    [{ template: NLB_TEMPLATE, parameters: { a: 1 }, endpoints: { sqs: 'http://a' } }, /\nendpoints.sqs /],
    [{ targets: { nlb: createServer() } }, 'targets.nlb is a server that does not listen'],
    [{ endpoints: { sqs: '127.0.0.1:9324' } }, "endpoints.sqs is '127.0.0.1:9324': it must be a URL"],
    [{ functions: { echo: 'none.mjs' } }, 'none.mjs does not exist'],
    [{ credentials: {} }, 'credentials has no entry'],
    [{ record: 'much' }, 'much'],
    [{ record: 5 }, 'record is 5: it must be off, or a size such as 32mb'],
    [{ template: null }, 'template is null: it must be a file, a URL'],
    [{ template: ['a.yaml', 5] }, 'template is a list: it must be a file'],
    [{ parameters: { a: null } }, 'parameters.a is null: it must be a text'],
    [{ targets: { a: 5 } }, 'targets.a is 5: it must be HOST:PORT'],
    [{ functions: { a: 5 } }, 'functions.a is 5: it must be a function'],
    [{ endpoints: { a: undefined } }, 'endpoints.a is undefined: it must be a URL'],
    [{ port: 'xsock' }, 'port is another text: it must be a whole number from 0 to 65535'],
    [{ host: '' }, 'host is empty: it must be an address'],
    [{ region: '' }, 'region is empty'],
    [{ credentials: null }, 'credentials is null'],
    [{ adminToken: 'x' }, /^adminToken is another text: it must be off, or 16 to 512/],
    [{ adminToken: '' }, 'adminToken is empty'],
    [{ tls: {} }, 'tls is another object: it must be { cert, key }'],
    [{ quotas: { requestBurst: -5 } }, 'quotas.requestBurst is -5: it must be a whole number from 1'],
    [{ quotas: { requestBurst: NaN } }, 'quotas.requestBurst is NaN'],
    [{ quotas: { burst: 1 } }, 'there is no option quotas.burst'],
    [{ recordSecrets: 'false' }, 'recordSecrets is another text: it must be true or false'],
    [{ logLevel: 'loud' }, 'logLevel is another text: it must be one of fatal, error'],
    [{ accessLog: 5 }, 'accessLog is 5: it must be a function'],
    [null, 'the argument is null: it must be an object of options'],
    [{ host: '', port: -1 }, /^host is empty[^]*\nport is -1/],
  ])('refuses %o', async (options, problem) => {
    await expect(startGateway(options as StartGatewayOptions)).rejects.toThrow(problem);
  });

  it('has the admin token that is generated beyond loopback', async () => {
    await using gateway = await startGateway({ host: '0.0.0.0' });
    const { port } = new URL(gateway.endpoint);
    const reset = async (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/_gateway/reset`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: '{}',
      });
    expect((await reset({})).status).toBe(401);
    expect((await reset({ Authorization: `Bearer ${gateway.adminToken}` })).ok).toBe(true);
    await using local = await startGateway();
    expect(local.adminToken).toBeUndefined();
  });

  it('leaves nothing open after closing, also when it is closed twice', async () => {
    const gateway = await startGateway({
      template: ECHO_TEMPLATE,
      functions: { echo: () => ({ statusCode: 200 }) },
    });
    const client = await WebSocketClient.open(gateway.webSocketUrl());
    await Promise.all([gateway.close(), gateway.close()]);
    await gateway[Symbol.asyncDispose]();
    expect(await client.closed).toMatchObject({ code: 1001 });
    await expect(fetch(gateway.endpoint)).rejects.toThrow('fetch failed');
  });
});

describe('the addresses', () => {
  it('are those of the only API', async () => {
    await using gateway = await startGateway({ template: NLB_TEMPLATE });
    const { endpoint } = gateway;
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const stage of ['dev', undefined]) {
      expect(gateway.url(stage)).toBe(`${endpoint}/dev`);
      expect(gateway.managementEndpoint(stage)).toBe(`${endpoint}/dev`);
      expect(gateway.webSocketUrl(stage)).toBe(`${endpoint.replace('http', 'ws')}/dev`);
    }
    expect(() => gateway.url('prod')).toThrow('there is no stage (prod): the stages are dev of Api');
  });

  it('name the API if there are several', async () => {
    await using gateway = await startGateway({
      template: [
        NLB_TEMPLATE.replaceAll('!Ref Api', '!Ref Chat').replace('  Api:', '  Chat:'),
        ECHO_TEMPLATE.replace('Name: echo,', 'Name: Echo,'),
      ],
      functions: { echo: ({ body }: { body: string }) => ({ statusCode: 200, body }) },
    });
    expect(() => gateway.url('dev')).toThrow(
      'there are several stages (dev): the stages are dev of Chat, dev of Api',
    );
    expect(() => gateway.url('dev', 'Cat')).toThrow('there is no stage (dev of the API Cat)');
    expect(gateway.url('dev', 'Chat')).not.toBe(gateway.url('dev', 'Api'));
    expect(gateway.url('dev', 'Echo')).toBe(gateway.url('dev', 'Api'));
    using client = await WebSocketClient.open(gateway.webSocketUrl('dev', 'Api'));
    client.send('hello');
    expect(await client.nextText()).toBe('hello');
    expect((await refusedHandshake(`${gateway.endpoint.replace('http', 'ws')}/dev`)).status).toBe(403);
  });
});

/** The resources of a template, as the CDK would synthesize them. */
const templateObject = () => ({
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: {
      Name: 'echo',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    },
  },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri:
        'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:echo/invocations',
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      RouteKey: '$default',
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
    },
  },
  Response: {
    Type: 'AWS::ApiGatewayV2::RouteResponse',
    Properties: { ApiId: { Ref: 'Api' }, RouteId: { Ref: 'Route' }, RouteResponseKey: '$default' },
  },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', AutoDeploy: true },
  },
});
