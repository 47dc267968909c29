import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainCommand } from '../../../src/gateway/cli/explain-command.js';
import { lintCommand } from '../../../src/gateway/cli/lint-command.js';
import { SpawnedProgram } from '../../support/spawned-program.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

/** A stack with a table, and one that imports its name for a function, whose API is in a nested stack. */
const APP = `
import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';

const app = new App();
const table = new Table(new Stack(app, 'Data'), 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
const chat = new Stack(app, 'Chat');
const handler = new Function(chat, 'Handler', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromAsset('lambda'),
  environment: { GREETING: app.node.tryGetContext('greeting'), TABLE_NAME: table.tableName },
});
const nested = new NestedStack(chat, 'Nested');
const api = new WebSocketApi(nested, 'Api', {
  connectRouteOptions: { integration: new WebSocketLambdaIntegration('OnConnect', handler) },
  defaultRouteOptions: { integration: new WebSocketLambdaIntegration('OnMessage', handler), returnResponse: true },
});
new WebSocketStage(nested, 'Stage', { webSocketApi: api, stageName: 'dev', autoDeploy: true });
new Stack(app, 'Unrelated');
app.synth();
`;

/** CommonJS, in a project of ES modules: on AWS no package.json is above it. */
const FUNCTION = `
const { suffix } = require('./suffix.js');
exports.handler = async ({ requestContext, body }) => {
  const { GREETING, TABLE_NAME } = process.env;
  return { statusCode: 200, body: requestContext.eventType === 'MESSAGE' ? [GREETING, TABLE_NAME, body].join(' ') + suffix : undefined };
};
`;

const ROOT = join(import.meta.dirname, '../../..');

describe('a CDK app', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-app-'));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const greet = (greeting: string) =>
    write('cdk.json', JSON.stringify({ app: 'node app.js', context: { greeting } }));
  let program: SpawnedProgram;
  let url: string;
  beforeAll(async () => {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    mkdirSync(join(folder, 'lambda'));
    write('package.json', '{"type":"module"}');
    write('app.js', APP);
    write('lambda/index.js', FUNCTION);
    write('lambda/suffix.js', `exports.suffix = '!';`);
    greet('hello');
    ({ program, url } = await SpawnedProgram.listening('gateway/main.js', [
      '--port=0',
      '--watch',
      `--app=${folder}`,
    ]));
  }, 180_000);
  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  async function say(client: WebSocketClient, text: string): Promise<string> {
    client.send(text);
    return client.nextText();
  }

  it('is synthesised and served, with its nested stack, its imports and its function', async () => {
    using client = await WebSocketClient.open(`${url.replace('http', 'ws')}/dev`);
    expect(await say(client, 'Ann')).toMatch(/^hello Table\w+ Ann!$/);
  });

  it('is synthesised again after a change, and keeps the connections', async () => {
    using client = await WebSocketClient.open(`${url.replace('http', 'ws')}/dev`);
    greet('good day');
    await program.prints('"reloaded"');
    expect(await say(client, 'Bob')).toMatch(/^good day Table\w+ Bob!$/);
  });

  it('is linted and explained from its assembly', async () => {
    let output = '';
    const context = { env: {}, write: (text: string) => (output += text) };
    const assembly = join(folder, 'cdk.out');
    expect(await lintCommand.run(['--app', assembly], context)).toBe(0);
    expect(output).toMatch(/ChatNested\w+\.nested\.template\.json: 0 errors, 0 warnings\n$/);
    expect(await explainCommand.run(['--app', assembly, '--body', 'Cat'], context)).toBe(0);
    expect(output).toMatch(/route \$default of stage dev[^]*invoke arn:aws:lambda:[^]*"body": "Cat"/);
  });
});
