import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpBackend } from '../../support/http-backend.js';
import { SpawnedProgram } from '../../support/spawned-program.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

let folder: string;
let backend: HttpBackend;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reload-'));
  backend = await HttpBackend.start();
});
afterEach(async () => {
  await backend[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const template = (path: string, stage = 'dev') => `
  Resources:
    Api:
      Type: AWS::ApiGatewayV2::Api
      Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
    Link:
      Type: AWS::ApiGateway::VpcLink
      Properties: { Name: nlb, TargetArns: ["arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/1"] }
    Integration:
      Type: AWS::ApiGatewayV2::Integration
      Properties:
        ApiId: !Ref Api
        IntegrationType: HTTP_PROXY
        IntegrationMethod: POST
        IntegrationUri: http://nlb.internal${path}
        ConnectionType: VPC_LINK
        ConnectionId: !Ref Link
    Default:
      Type: AWS::ApiGatewayV2::Route
      Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub "integrations/\${Integration}" }
    Stage:
      Type: AWS::ApiGatewayV2::Stage
      Properties: { ApiId: !Ref Api, StageName: ${stage}, AutoDeploy: true }
`;

/** At once, so that the gateway does not read half a file. */
const write = async (name: string, text: string) => {
  await writeFile(join(folder, `${name}.new`), text);
  await rename(join(folder, `${name}.new`), join(folder, name));
};
const config = (more = '') =>
  write(
    'backchannel-gateway.yaml',
    `port: 0\ntemplate: template.yaml\nwatch: true\ntarget: { nlb: "${new URL(backend.url).host}" }\n${more}`,
  );

async function start() {
  const args = [`--config=${join(folder, 'backchannel-gateway.yaml')}`];
  const { program, url } = await SpawnedProgram.listening('gateway/main.js', args);
  const reloads = async (text: string, change: () => Promise<void>) => {
    const count = program.countOf(text);
    await change();
    await expect.poll(() => program.countOf(text)).toBe(count + 1);
  };
  return { program, reloads, webSocketUrl: url.replace('http', 'ws') };
}

describe('with --watch', () => {
  it('an open connection uses the changed template, and the old one while the new one is broken', async () => {
    await write('template.yaml', template('/one'));
    await config();
    const { program, reloads, webSocketUrl } = await start();
    await using _ = program;
    using client = await WebSocketClient.open(`${webSocketUrl}/dev`);
    client.send('a');
    expect((await backend.next()).url).toBe('/one');

    await reloads('"reloaded"', async () => write('template.yaml', template('/two')));
    client.send('b');
    expect((await backend.next()).url).toBe('/two');

    await reloads('"not reloaded"', async () =>
      write('template.yaml', template('/three').replace('!Ref Api', '!Ref Apo')),
    );
    expect(program.stdout.find((line) => line.includes('not reloaded'))).toMatch(
      /template\.yaml:\d+:\d+: .*Apo/,
    );
    client.send('c');
    expect((await backend.next()).url).toBe('/two');

    await reloads('"reloaded"', async () => write('template.yaml', template('/four', 'prod')));
    expect(await client.closed).toMatchObject({ code: 1001 });
    using other = await WebSocketClient.open(`${webSocketUrl}/prod`);
    other.send('d');
    expect((await backend.next()).url).toBe('/four');
  });

  it('targets of the configuration file change, and the changes that need a restart are named', async () => {
    await write('template.yaml', template('/one'));
    await config();
    await using second = await HttpBackend.start();
    const { program, reloads, webSocketUrl } = await start();
    await using _ = program;
    using client = await WebSocketClient.open(`${webSocketUrl}/dev`);
    await reloads('take effect after a restart', async () =>
      write(
        'backchannel-gateway.yaml',
        `port: 1\nhost: localhost\ntemplate: template.yaml\nwatch: true\ntarget: { nlb: "${new URL(second.url).host}" }`,
      ),
    );
    client.send('a');
    expect((await second.next()).url).toBe('/one');
    const line = program.stdout.find((each) => each.includes('after a restart')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', flags: ['--port', '--host'] });

    await reloads('"not reloaded"', async () => config('prot: 1'));
    expect(program.stdout.find((each) => each.includes('not reloaded'))).toContain('did you mean port?');
    await reloads('"reloaded"', async () => config());
    client.send('b');
    expect((await backend.next()).url).toBe('/one');
    expect(await program.kill('SIGTERM')).toBe(0);
  });

  it('names that match nothing are named, at the start and after each change', async () => {
    await write('template.yaml', template('/one'));
    await config('parameter: { Stge: dev }');
    const { program, reloads } = await start();
    await using _ = program;
    await program.prints('setting without effect');
    await reloads('setting without effect', async () =>
      write('backchannel-gateway.yaml', 'port: 0\ntemplate: template.yaml\nwatch: true\ntarget: { nbl: a }'),
    );
    const warnings = program.stdout
      .filter((line) => line.includes('setting without effect'))
      .map((line) => (JSON.parse(line) as { readonly reason: string }).reason);
    expect(warnings).toEqual([
      expect.stringMatching(/^--parameter Stge matches no parameter .*; there is none$/),
      expect.stringMatching(/^--target nbl matches no load balancer, .*: did you mean nlb\? \(known: nlb\)$/),
    ]);
  });

  it('needs something to watch', async () => {
    const program = SpawnedProgram.run('gateway/main.js', ['--port=0', '--watch']);
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringContaining('--watch has nothing to watch')]);
  });
});
