import { createServer } from 'node:net';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpBackend } from '../support/http-backend.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';

const gateway = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  SpawnedProgram.run('gateway/main.js', args, env);

describe('the program', () => {
  it('logs its URL in one JSON line, and stops on SIGTERM', async () => {
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', ['--port', '0']);
    expect(await (await fetch(`${url}/_gateway/health`)).json()).toEqual({
      status: 'ok',
      startId: expect.any(String) as string,
      recordsFromStart: false,
    });
    expect(await program.kill('SIGTERM')).toBe(0);
    expect(program.stdout.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'listening',
      'stopped',
    ]);
    expect(program.stderr).toEqual([]);
  });

  it('names the port that is in use and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const program = gateway([], { GATEWAY_PORT: String(port) });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([
      `gateway: 127.0.0.1:${port} is in use: stop the program that listens there, or choose another port with GATEWAY_PORT or --port`,
    ]);
    other.close();
  });

  it('names every wrong option and variable at once', async () => {
    const program = gateway(['--port', 'x', '--target', 'nlb', '--quota', 'requests=1'], {
      LOG_LEVEL: 'loud',
    });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toHaveLength(4);
    expect(program.stderr.join()).toMatch(/GATEWAY_PORT.*--target.*--quota.*LOG_LEVEL/);
    expect(program.stdout).toEqual([]);
  });

  it('suggests the flag and the command that were meant', async () => {
    const program = gateway(['--prot', '1']);
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([
      'gateway: unknown flag --prot: did you mean --port?',
      'gateway: backchannel-gateway serve --help lists the flags',
    ]);
    const other = gateway(['lnt', 'template.yaml']);
    expect(await other.exit).toBe(1);
    expect(other.stderr[0]).toBe('gateway: unknown command lnt: did you mean lint?');
  });

  it.each([[['--help']], [['help']], [['serve', '--help']], [['help', 'serve']]])(
    'lists the flags of serve with %j',
    async (args) => {
      const program = gateway(args);
      expect(await program.exit).toBe(0);
      expect(program.stdout.join('\n')).toContain('--target NAME=HOST[:PORT][?ATTRIBUTE=VALUE][,…]');
    },
  );

  it('lists the commands, and prints its version', async () => {
    const help = gateway(['--help']);
    expect(await help.exit).toBe(0);
    for (const name of ['serve', 'lint [FILE …]', 'explain [FILE]', 'health', 'version']) {
      expect(help.stdout.some((line) => line.startsWith(`  ${name} `))).toBe(true);
    }
    const version = gateway(['--version']);
    expect(await version.exit).toBe(0);
    expect(version.stdout).toEqual([expect.stringMatching(/^backchannel-gateway \d+\.\d+\.\d+/)]);
  });

  it('has its port in the file of --port-file while it listens', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    const file = join(folder, 'port');
    await writeFile(file, '1\n');
    const args = ['--port=0', `--port-file=${file}`];
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', args);
    expect(await readFile(file, 'utf8')).toBe(`${new URL(url).port}\n`);
    expect(await gateway(['health', url]).exit).toBe(0);
    expect(await program.kill('SIGTERM')).toBe(0);
    expect(existsSync(file)).toBe(false);
    await rm(folder, { recursive: true });
  });

  it('leaves the file of --port-file to the gateway that listens on the port', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    const file = join(folder, 'port');
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', [
      '--port=0',
      `--port-file=${file}`,
    ]);
    const { port } = new URL(url);
    expect(await gateway([`--port=${port}`, `--port-file=${file}`]).exit).toBe(1);
    expect(await readFile(file, 'utf8')).toBe(`${port}\n`);
    await program.kill('SIGTERM');
    await rm(folder, { recursive: true });
  });

  it('does not start when the file of --port-file cannot be written', async () => {
    const program = gateway(['--port=0', '--port-file=/nowhere/port']);
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringContaining('--port-file: ENOENT')]);
  });

  it('reads the configuration file in the working directory, unless there are two', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    const run = async () => {
      const main = join(import.meta.dirname, '../../dist/gateway/main.js');
      const program = SpawnedProgram.command(['sh', '-c', `cd ${folder} && exec node ${main}`]);
      await program.exit;
      return program.stderr.join();
    };
    await writeFile(join(folder, 'backchannel-gateway.yaml'), 'port: none');
    expect(await run()).toContain("backchannel-gateway.yaml: --port (GATEWAY_PORT) is 'none'");
    await writeFile(join(folder, 'backchannel-gateway.json'), '{}');
    expect(await run()).toContain('both backchannel-gateway.yaml and backchannel-gateway.json');
    await rm(folder, { recursive: true });
  });

  it('logs readable lines with --log-format pretty', async () => {
    const args = ['--port=0', '--log-format=pretty'];
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', args);
    await program.kill('SIGTERM');
    expect(program.stdout[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}listening {2}url=http:/);
    expect(program.stdout[0]).toContain(url);
  });
});

describe('access to commands', () => {
  const lineOf = ({ stdout }: SpawnedProgram, msg: string) =>
    stdout
      .map((line) => JSON.parse(line) as Record<string, string>)
      .find((line) => line.msg?.includes(msg)) ?? {};

  it.each(['info', 'fatal', 'silent'])('prints a generated token once beyond loopback, with LOG_LEVEL=%s', async (level) => {
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', ['--port=0', '--host=0.0.0.0'], {
      LOG_LEVEL: level,
    });
    await using _ = program;
    await program.prints('adminToken');
    const { adminToken = '', level: printedAs } = lineOf(program, 'commands need this token');
    expect(adminToken).toMatch(/^[\w-]{43}$/);
    expect(printedAs).toBe('warn');
    expect((await fetch(`${url}/_gateway/clock`)).status).toBe(401);
    const headers = { Authorization: `Bearer ${adminToken}` };
    expect((await fetch(`${url}/_gateway/clock`, { headers })).status).toBe(200);
    await program.kill('SIGTERM');
    expect(program.stdout.filter((line) => line.includes(adminToken))).toHaveLength(1);
  }); // prettier-ignore

  it('reads the token from GATEWAY_ADMIN_TOKEN or --admin-token, and prints neither', async () => {
    const token = 'a-token-of-some-length';
    for (const [args, env] of [
      [[], { GATEWAY_ADMIN_TOKEN: token }],
      [['--admin-token', token], { GATEWAY_ADMIN_TOKEN: 'another-token-of-length' }],
    ] as const) {
      const { program, url } = await SpawnedProgram.listening('gateway/main.js', ['--port=0', ...args], env);
      await using _ = program;
      expect((await fetch(`${url}/v2/apis`)).status).toBe(403);
      const headers = { Authorization: `Bearer ${token}` };
      expect((await fetch(`${url}/v2/apis`, { headers })).status).toBe(200);
      await program.kill('SIGTERM');
      expect(program.stdout.join()).not.toContain(token);
    }
  });

  it('warns when the token is off beyond loopback', async () => {
    const args = ['--port=0', '--host=0.0.0.0', '--admin-token=off'];
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', args);
    await using _ = program;
    await program.prints('the admin token is off');
    expect((await fetch(`${url}/v2/apis`)).status).toBe(200);
  });

  it('names each wrong option without quoting the token', async () => {
    const program = gateway([
      '--admin-token=short-token',
      '--allow-host=http://gw.example.com',
      '--allow-host=gw.example.com:8080',
      '--allow-origin=localhost:5173',
      '--allow-origin=http://localhost:5173/',
      '--allow-origin=*',
      '--allow-origin=null',
    ]);
    expect(await program.exit).toBe(1);
    expect(program.stderr).toHaveLength(7);
    expect(program.stderr.filter((line) => line.includes('--allow-host'))).toHaveLength(2);
    expect(program.stderr.filter((line) => line.includes('--allow-origin'))).toHaveLength(4);
    expect(program.stderr.join()).not.toContain('short-token');
  });

  it('accepts hosts and origins in the form that browsers send', async () => {
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', [
      '--port=0',
      '--allow-origin=HTTPS://App.Example.com:443',
      '--allow-origin=tauri://localhost',
    ]);
    await using _ = program;
    for (const [Origin, status] of [
      ['https://app.example.com', 200],
      ['tauri://localhost', 200],
      ['https://app.example.com:444', 403],
    ] as const) {
      expect((await fetch(`${url}/_gateway/clock`, { headers: { Origin } })).status).toBe(status);
    }
  });

  it('calls AWS with the machine’s credentials only with --use-machine-credentials', async () => {
    const template = {
      Resources: {
        Api: {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: {
            Name: 'a',
            ProtocolType: 'WEBSOCKET',
            RouteSelectionExpression: '$request.body.action',
          },
        },
        Integration: {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: {
            ApiId: { Ref: 'Api' },
            IntegrationType: 'AWS',
            IntegrationMethod: 'POST',
            IntegrationUri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue',
          },
        },
        Default: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ApiId: { Ref: 'Api' },
            RouteKey: '$default',
            Target: { 'Fn::Sub': 'integrations/${Integration}' },
          },
        },
        Stage: {
          Type: 'AWS::ApiGatewayV2::Stage',
          Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', AutoDeploy: true },
        },
      },
    };
    const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    await writeFile(join(folder, 'template.json'), JSON.stringify(template));
    await using sqs = await HttpBackend.start();
    for (const [flags, accessKeyId] of [
      [[], 'local'],
      [['--use-machine-credentials'], 'AKIAREAL'],
    ] as const) {
      const { program, url } = await SpawnedProgram.listening(
        'gateway/main.js',
        [
          '--port=0',
          `--template=${join(folder, 'template.json')}`,
          `--endpoint-for=sqs=${sqs.url}`,
          ...flags,
        ],
        { AWS_ACCESS_KEY_ID: 'AKIAREAL', AWS_SECRET_ACCESS_KEY: 'a-real-secret' },
      );
      await using _ = program;
      using client = await WebSocketClient.open(`${url.replace('http', 'ws')}/dev`);
      client.send({ action: 'x' });
      expect((await sqs.next()).headers.authorization).toContain(`Credential=${accessKeyId}/`);
    }
    await rm(folder, { recursive: true });
  });
});

describe('with a template', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const template = `
    Resources:
      Api:
        Type: AWS::ApiGatewayV2::Api
        Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
      Echo:
        Type: AWS::Lambda::Function
        Properties: { FunctionName: echo }
      Permission:
        Type: AWS::Lambda::Permission
        Properties: { FunctionName: !Ref Echo, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
      Integration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Api
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Echo.Arn}/invocations
      Default:
        Type: AWS::ApiGatewayV2::Route
        Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub "integrations/\${Integration}" }
      CallbackResponse:
        Type: AWS::ApiGatewayV2::RouteResponse
        Properties: { ApiId: !Ref Api, RouteId: !Ref Default, RouteResponseKey: $default }
      Stage:
        Type: AWS::ApiGatewayV2::Stage
        Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true }
  `;

  it('serves its API, with a local function in place of AWS’s', async () => {
    await writeFile(join(folder, 'template.yaml'), template);
    await writeFile(
      join(folder, 'echo.mjs'),
      'export const handler = async ({ body }) => ({ statusCode: 200, body: `echo ${body}` });',
    );
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', [
      '--port=0',
      `--template=${join(folder, 'template.yaml')}`,
      `--function=echo=${join(folder, 'echo.mjs')}`,
    ]);
    await using _ = program;
    using client = await WebSocketClient.open(`${url.replace('http', 'ws')}/dev`);
    client.send('hello');
    expect(await client.nextText()).toBe('echo hello');
    await client.close();
    expect(await program.kill('SIGTERM')).toBe(0);
    expect(program.stderr).toEqual([]);
  });

  it('names the line that AWS would refuse', async () => {
    await writeFile(join(folder, 'template.yaml'), template.replace('WEBSOCKET', 'WEBSOCKETS'));
    const program = gateway(['--port', '0', '--template', join(folder, 'template.yaml')]);
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([
      expect.stringMatching(/template\.yaml:\d+:\d+: .*Invalid protocol specified/),
    ]);
  });

  it('does not start without an API, and says why', async () => {
    const rest = 'Resources:\n  Rest: {Type: AWS::ApiGateway::RestApi, Properties: {Name: r}}\n';
    await writeFile(join(folder, 'template.yaml'), rest);
    const program = gateway(['--port', '0', '--template', join(folder, 'template.yaml')]);
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([
      expect.stringMatching(/template\.yaml:2:3: there is no API .*: Rest .* is a REST API/),
    ]);
  });

  it('names a function that cannot be loaded', async () => {
    await writeFile(join(folder, 'broken.mjs'), 'export const other = 1;');
    const program = gateway(['--port', '0', '--function', `echo=${join(folder, 'broken.mjs')}`]);
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(/echo.*handler/)]);
  });

  it('lints it, with exit code 1 for an error', async () => {
    await writeFile(join(folder, 'good.yaml'), template);
    await writeFile(
      join(folder, 'bad.yaml'),
      template.replace('AutoDeploy: true', 'AutoDeploy: true, DeploymentId: x'),
    );
    expect(await gateway(['lint', join(folder, 'good.yaml')]).exit).toBe(0);
    const program = gateway(['lint', join(folder, 'bad.yaml')]);
    expect(await program.exit).toBe(1);
    expect(program.stdout.join('\n')).toContain('DeploymentId');
  });

  it('explains the request of an integration', async () => {
    await writeFile(join(folder, 'template.yaml'), template);
    const program = gateway(['explain', join(folder, 'template.yaml'), '--body', '{"action":"x"}']);
    expect(await program.exit).toBe(0);
    expect(program.stdout.join('\n')).toContain('arn:aws:lambda:us-east-1:000000000000:function:echo');
  });
});
