import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';
import { installNode, NODE_VERSIONS } from './node-versions.js';

const TEMPLATE = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: echo, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: http://backend.example/message
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/\${Integration}' }
`;

/** No credentials, and no way to get any. */
const NOWHERE = {
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'eu-central-1',
};

describe('backchannel-doctor, installed beside the gateway in an empty project', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.install(['backchannel-gateway', 'backchannel-doctor'], ['@types/node@24']);
    consumer.write('template.yaml', TEMPLATE);
    consumer.write(
      'program.ts',
      "import { runDoctor } from 'backchannel-doctor';\nprocess.exitCode = await runDoctor(['--list'], { write: console.log, writeError: console.error });\n",
    );
  });
  afterAll(() => consumer[Symbol.dispose]());

  it('compiles a program that runs it, with the declarations of its packages checked', async () => {
    await expect(consumer.compile()).resolves.toBeUndefined();
  });

  it.each(NODE_VERSIONS)('runs on Node.js %s', async (version) => {
    using node = await installNode(version);
    const main = join(consumer.folder, 'node_modules/backchannel-doctor/dist/doctor/main.js');
    expect(await consumer.run(node.path, [main, '--explain', 'private-dns'])).toContain('see   docs/');
    expect(await consumer.run(node.path, [join(consumer.folder, 'out/program.js')])).toContain(
      'near-timeout',
    );
  });

  it('is the command doctor of the gateway, which gives it lint', async () => {
    const doctor = run(consumer, 'backchannel-gateway', ['doctor', '--template', 'template.yaml']);
    const { code, stdout } = await doctor;
    expect(stdout).toMatch(
      /^× without a mapping an HTTP backend .* \[no-connection-id\]\n {4}template\.yaml:\d+:\d+ /m,
    );
    expect(code).toBe(1);
  });

  it('ends without credentials with what to do, and exit code 2', async () => {
    const { code, stderr } = await run(consumer, 'backchannel-doctor', ['--api', 'a1b2c3d4e5']);
    expect(stderr).toMatch(/^doctor: there are no AWS credentials: set AWS_PROFILE.*\n$/);
    expect(code).toBe(2);
  });
});

function run(
  { folder }: Consumer,
  program: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, ...NOWHERE, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  return new Promise((resolve) => {
    const file = join(folder, 'node_modules/.bin', program);
    execFile(process.execPath, [file, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
