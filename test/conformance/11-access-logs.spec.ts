import {
  CreateAuthorizerCommand,
  CreateModelCommand,
  type CreateRouteCommandInput,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { refusedHandshake } from '../support/web-socket-client.js';
import { Queue } from '../support/queue.js';
import { CONNECTION_ID } from '../support/deployed-api.js';
import { ApiUnderTest, connectionIdOf, startBackend } from './api-under-test.js';
import { FunctionBackend, type LambdaEvent } from './function-backend.js';
import { signedHandshake } from './signed-handshake.js';
import { isOwnStandIn } from './target.js';

/** An API that logs these variables of every event. */
async function logging(
  variables: readonly string[],
  prepare: (api: ApiUnderTest, url: string) => Promise<void> = async () => {},
) {
  const lines = new Queue<string>('a line of the access log');
  const backend = await startBackend();
  const lambda = await FunctionBackend.start();
  const api = await ApiUnderTest.create({
    standIn: { functions: lambda.functions, accessLog: (line) => lines.push(line) },
  });
  await prepare(api, backend.publicUrl);
  await api.deploy({
    AccessLogSettings: {
      DestinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:conformance',
      Format: ['requestId', ...variables].map((name) => `$context.${name}`).join('|'),
    },
  });
  return {
    api,
    backend,
    lambda,
    /** The values of the next line; one that the event does not have is empty on AWS, and a dash here. */
    async next(): Promise<readonly string[]> {
      const [, ...values] = (await lines.next()).trimEnd().split('|');
      return values.map((value) => (value === '-' ? '' : value));
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await lambda[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

const toBackend =
  (...routeKeys: readonly string[]) =>
  async (api: ApiUnderTest, IntegrationUri: string) => {
    const integration = { IntegrationUri, RequestParameters: CONNECTION_ID };
    for (const routeKey of routeKeys) await api.createRoute(routeKey, { integration });
  };

const MILLISECONDS = expect.stringMatching(/^\d+$/) as string;

// on AWS they go to CloudWatch Logs
describe.runIf(isOwnStandIn)('§11 (stand-in only: the suite is given the lines) an access log', () => {
  it('has a line for each event, with the variables of its format [documented]', async () => {
    await using on = await logging(
      ['eventType', 'routeKey', 'status', 'connectionId', 'apiId', 'stage'],
      toBackend('$connect', '$default', '$disconnect'),
    );
    using client = await on.api.open();
    const connectionId = connectionIdOf(await on.backend.next());
    const { apiId, target } = on.api;
    const of = [connectionId, apiId, target.stage];
    expect(await on.next()).toEqual(['CONNECT', '$connect', '200', ...of]);
    client.send('hello');
    expect(await on.next()).toEqual(['MESSAGE', '$default', '200', ...of]);
    await client.close();
    expect(await on.next()).toEqual(['DISCONNECT', '$disconnect', '200', ...of]);
  });

  it('§4 has integrationLatency, and leaves integration.* and the size of responses empty [observed]', async () => {
    await using on = await logging(
      [
        'integrationLatency',
        'integration.status',
        'integration.latency',
        'responseLength',
        'responseLatency',
      ],
      toBackend('$default'),
    );
    using client = await on.api.open();
    await on.next();
    client.send('hello');
    expect(await on.next()).toEqual([MILLISECONDS, '', '', '', '']);
  });

  it('§4 has the message of an error, also quoted [documented]', async () => {
    await using on = await logging(['error.message', 'error.messageString'], toBackend('join'));
    using client = await on.api.open();
    await on.next();
    client.send('hello');
    expect(await on.next()).toEqual(['Forbidden', '"Forbidden"']);
  });

  it('§4 has what a model did not allow as error.validationErrorString [documented]', async () => {
    const route: Partial<CreateRouteCommandInput> = {
      ModelSelectionExpression: '\\$default',
      RequestModels: { $default: 'message' },
    };
    await using on = await logging(['error.message', 'error.validationErrorString'], async (api) => {
      const Schema = '{"type":"object","required":["text"]}';
      await api.control.send(new CreateModelCommand({ ApiId: api.apiId, Name: 'message', Schema }));
      await api.createRoute('$default', route);
    });
    using client = await on.api.open();
    await on.next();
    client.send('{}');
    expect(await on.next()).toEqual(['Bad request body', expect.stringContaining('text')]);
  });

  const LAMBDA_VARIABLES = [
    'authorizer.principalId',
    'authorizer.key',
    'authorizer.status',
    'authorizer.integrationStatus',
    'authorizer.latency',
    'authorizer.integrationLatency',
    'authorizer.error',
  ];
  const withAuthorizer = async (api: ApiUnderTest) => {
    const { AuthorizerId } = await api.control.send(
      new CreateAuthorizerCommand({
        ApiId: api.apiId,
        Name: 'authorizer',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: api.functionUri,
        IdentitySource: [],
      }),
    );
    await api.createRoute('$connect', { AuthorizationType: 'CUSTOM', AuthorizerId });
  };

  it('§4 has what a Lambda authorizer said, its status and its latency [documented]', async () => {
    await using on = await logging(LAMBDA_VARIABLES, withAuthorizer);
    on.lambda.handler = ({ methodArn }: LambdaEvent) => ({
      principalId: 'ann',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn as string }],
      },
      context: { key: 1 },
    });
    using client = await on.api.open();
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(await on.next()).toEqual(['ann', '1', '200', '200', MILLISECONDS, MILLISECONDS, '']);
  });

  it('§4 has the error of a Lambda authorizer that failed [documented]', async () => {
    await using on = await logging(['authorizer.error', 'status'], withAuthorizer);
    on.lambda.handler = () => {
      throw new Error('broken');
    };
    expect((await refusedHandshake(on.api.webSocketUrl)).status).toBe(500);
    expect(await on.next()).toEqual([expect.stringContaining('broken'), '500']);
  });

  const IAM_VARIABLES = ['authenticate.status', 'authenticate.error', 'authorize.status', 'authorize.error'];
  const withIam = async (api: ApiUnderTest) => api.createRoute('$connect', { AuthorizationType: 'AWS_IAM' });

  it('§4 has the status of authentication and of authorization by IAM [documented]', async () => {
    await using on = await logging(IAM_VARIABLES, withIam);
    using client = await on.api.open({ headers: await signedHandshake(on.api) });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(await on.next()).toEqual(['200', '', '200', '']);
  });

  it('§4 has why a client was not authenticated [documented]', async () => {
    await using on = await logging(IAM_VARIABLES, withIam);
    await refusedHandshake(on.api.webSocketUrl);
    // in which words is not known
    expect(await on.next()).toEqual(['403', expect.stringMatching(/./), '', '']);
  });

  it('§8 has the calls of @connections as CONNECTION_API, by POST /@connections/{connectionId} [observed]', async () => {
    await using on = await logging(
      ['eventType', 'routeKey', 'status', 'connectionId'],
      toBackend('$connect'),
    );
    using client = await on.api.open();
    const connectionId = connectionIdOf(await on.backend.next());
    await on.next();
    await on.api.post(connectionId, 'hello');
    expect(await client.nextText()).toBe('hello');
    expect(await on.next()).toEqual([
      'CONNECTION_API',
      'POST /@connections/{connectionId}',
      '200',
      connectionId,
    ]);
  });
});
