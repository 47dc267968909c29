import { describe, expect, it } from 'vitest';
import { parseFunctionFlag } from '../../../src/gateway/lambda/function-source.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { FunctionModule } from '../../support/function-module.js';
import { HttpBackend } from '../../support/http-backend.js';
import { LogLines } from '../../support/log-lines.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const CREDENTIALS = async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' });

describe('an AWS integration', () => {
  it('sends its rendered template, signed, to the service', async () => {
    await using service = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(
      {
        $default: {
          integration: {
            IntegrationType: 'AWS',
            IntegrationUri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue',
            CredentialsArn: 'arn:aws:iam::000000000000:role/gateway',
            RequestParameters: {
              'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'",
            },
            TemplateSelectionExpression: '\\$default',
            RequestTemplates: {
              $default: "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$'))",
            },
          },
        },
      },
      { services: { endpoints: new Map([['sqs', new URL(service.url)]]), credentials: CREDENTIALS } },
    );
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ a: 1 });
    const received = await service.next();
    expect(received).toMatchObject({
      method: 'POST',
      url: '/000000000000/queue',
      body: 'Action=SendMessage&MessageBody=%7B%22a%22%3A1%7D',
    });
    expect(received.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      authorization: expect.stringContaining('/us-east-1/sqs/aws4_request'),
    });
  });

  it('to AWS itself fails without --use-machine-credentials, with a log line that names the option', async () => {
    const lines = new LogLines();
    await using gateway = await DeployedGateway.start(
      {
        $default: {
          integration: {
            IntegrationType: 'AWS',
            IntegrationUri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue',
          },
        },
      },
      { log: lines.log },
    );
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ a: 1 });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
    expect(await lines.next('integration failed')).toMatchObject({
      reason: expect.stringContaining('--use-machine-credentials') as string,
    });
  });

  it('invokes a function with its rendered template', async () => {
    await using backend = await HttpBackend.start();
    using module = new FunctionModule(`
      export const handler = async (event) => {
        await fetch('${backend.url}', { method: 'POST', body: JSON.stringify(event) });
      };`);
    const { name, source } = parseFunctionFlag(`chat=${module.file}`);
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:chat';
    await using gateway = await DeployedGateway.start(
      {
        $default: {
          integration: {
            IntegrationType: 'AWS',
            IntegrationUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
            TemplateSelectionExpression: '\\$default',
            RequestTemplates: { $default: '{"from": "$context.connectionId", "text": $input.json("$.a")}' },
          },
        },
      },
      { functions: new Map([[name, source]]) },
    );
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ a: 'hello' });
    const { body } = await backend.next();
    expect(JSON.parse(body)).toEqual({ from: expect.stringMatching(/=$/), text: 'hello' });
  });
});
