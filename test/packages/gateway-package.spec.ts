import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';
import { installNode, NODE_VERSIONS } from './node-versions.js';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** A test of a team in TypeScript, without a framework; it prints what it sees. */
const PROGRAM = `
import { once } from 'node:events';
import { type GatewayEvent, type RunningGateway, startGateway, type StartGatewayOptions } from 'backchannel-gateway';

const options: StartGatewayOptions = {
  template: {
    Resources: {
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: { Name: 'echo', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
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
      Stage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', AutoDeploy: true },
      },
    },
  },
  functions: { echo: (event) => ({ statusCode: 200, body: event.body }) },
};
const gateway: RunningGateway = await startGateway(options);
const client = new WebSocket(gateway.webSocketUrl('dev'));
await once(client, 'open');
client.send('hello');
const event: GatewayEvent = await gateway.waitFor({ type: 'message' });
const closed = once(client, 'close');
gateway.clock.advance('10m');
const [{ code }] = await closed;
await gateway.close();
console.log(JSON.stringify({ outcome: event.outcome, code }));
`;

describe('backchannel-gateway, installed in an empty project', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.install(['backchannel-gateway'], ['@types/node@24']);
    consumer.write('program.ts', PROGRAM);
  });
  afterAll(() => consumer[Symbol.dispose]());

  it('compiles a program, with the declarations of its packages checked', async () => {
    await expect(consumer.compile()).resolves.toBeUndefined();
  });

  it.each(NODE_VERSIONS)('runs it on Node.js %s', async (version) => {
    using node = await installNode(version);
    expect(JSON.parse(await consumer.run(node.path, ['out/program.js']))).toEqual({
      outcome: { result: 'dropped', status: 200, reason: 'the route is one-way' },
      code: 1001,
    });
  });

  it.each(NODE_VERSIONS)('has a program of the same name, on Node.js %s', async (version) => {
    using node = await installNode(version);
    const main = 'node_modules/.bin/backchannel-gateway';
    expect(await consumer.run(node.path, [main, '--version'])).toMatch(/^backchannel-gateway \d+\.\d+\.\d+/);
    expect(await consumer.run(node.path, [main, '--help'])).toContain('--template FILE');
  });

  it('has the schema of the configuration file', () => {
    expect(consumer.read('node_modules/backchannel-gateway/backchannel-gateway.schema.json')).toContain(
      '"port"',
    );
  });
});

describe('the examples', () => {
  it.each([
    ['vitest', ['vitest@5']],
    ['node-test', []],
  ])('passes its tests: %s', async (name, packages) => {
    using consumer = await Consumer.install(['backchannel-gateway'], packages);
    for (const file of ['chat.js', 'chat.test.js', 'template.yaml']) {
      cpSync(join(EXAMPLES, name, file), join(consumer.folder, file));
    }
    const command = name === 'vitest' ? ['node_modules/.bin/vitest', 'run'] : ['--test'];
    expect(await consumer.run(process.execPath, command)).toMatch(/(Tests.*3 passed|pass 3)/);
  });
});
