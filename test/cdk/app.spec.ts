import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SpawnedProgram } from '../support/spawned-program.js';

/** Parameters that change the template. */
const OTHERS = [
  'vpcId=vpc-0123456789abcdef0',
  'subnetIds=subnet-01234567,subnet-89abcdef',
  'store=dynamodb',
  'secretGeneration=2',
  'alarmEmail=ops@example.com',
  'AUTH=authorizer',
  'authorizerArn=arn:aws:lambda:eu-central-1:123456789012:function:authorizer',
  'apiKeysSecretArn=arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-AbCdEf',
  'publisherSecurityGroupId=sg-01234567',
];

const JWKS = 'https://issuer.example/jwks.json';

/** `npm run synth`, without credentials, account or region in its environment. */
describe('npm run synth', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synth-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function synth(...args: string[]) {
    await using program = SpawnedProgram.run('cdk/app.js', args);
    const exit = await program.exit;
    // the CDK prints warnings about CloudFormation's schemas there
    return { exit, stdout: program.stdout, stderr: program.stderr };
  }

  it('writes the template with an image that is not built yet, and prints where', async () => {
    const run = await synth('--output', join(folder, 'cdk.out'));
    const file = join(folder, 'cdk.out', 'Backchannel.template.json');
    expect(run).toEqual({ exit: 0, stdout: [file], stderr: [] });
    const template = JSON.parse(await readFile(file, 'utf8')) as { Parameters: object };
    // only what `cdk bootstrap` creates
    expect(Object.keys(template.Parameters)).toEqual(['BootstrapVersion']);
    expect(JSON.stringify(template)).toContain('cdk-hnb659fds-container-assets-');
  });

  it('writes one file for CloudFormation without the CDK with --plain', async () => {
    const file = join(folder, 'plain', 'template.yaml');
    const run = await synth('--plain', '--output', file, ...OTHERS.flatMap((item) => ['-c', item]));
    expect(run).toEqual({ exit: 0, stdout: [file], stderr: [] });
    const text = await readFile(file, 'utf8');
    // CloudFormation reads an unquoted off as false
    const template = parse(text, { version: '1.1' }) as {
      Parameters: object;
      Resources: Record<string, object>;
    };
    expect(Object.keys(template.Parameters)).toEqual(['Image']);
    const found = Object.values(template.Resources).filter((resource) => 'Metadata' in resource);
    expect(found).toEqual([]);
    expect(Object.values(template.Resources)).toContainEqual(
      expect.objectContaining({
        Properties: expect.objectContaining({
          EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
        }) as object,
      }),
    );
    expect(text).not.toMatch(/cdk|bootstrap|asset|&a\d/i);
    // the limit of `aws cloudformation create-stack --template-body`
    expect(Buffer.byteLength(text)).toBeLessThan(51_200);
  });

  it('reports every wrong parameter, and writes nothing', async () => {
    const { exit, stdout, stderr } = await synth('-c', 'store=postgres', '-c', 'minTasks=0', '--plain');
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: [] });
    expect(stderr).toEqual([
      'synth: store=postgres: expected valkey or dynamodb',
      'synth: minTasks=0: expected a whole number from 1 to 1000',
    ]);
  });

  it('refuses values with which no task would start', async () => {
    const { exit, stdout, stderr } = await synth(
      '-c',
      'HISTORY_SECONDS=abc',
      '-c',
      'AUTH=jwt',
      '-c',
      `JWT_JWKS_URL=${JWKS}`,
    );
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: [] });
    expect(stderr).toEqual([
      'synth: HISTORY_SECONDS=abc: expected a whole number from 1 to 604800',
      expect.stringMatching(/^synth: JWT_ISSUER is not set: required with JWT_JWKS_URL/),
      expect.stringMatching(/^synth: JWT_AUDIENCE is not set: required with JWT_JWKS_URL/),
    ]);
  });

  it('prints its usage', async () => {
    const { exit, stdout } = await synth('--help');
    expect(exit).toBe(0);
    expect(stdout).toContainEqual(expect.stringContaining('--plain'));
    expect(stdout).toContainEqual(expect.stringContaining('connectionsPerTask'));
  });
});
