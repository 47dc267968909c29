import { CreateStageCommand, UpdateIntegrationCommand } from '@aws-sdk/client-apigatewayv2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/doctor/checks/all-checks.js';
import { runDoctor } from '../../src/doctor/index.js';
import { createApi } from '../support/deployed-api.js';
import { ServiceError } from '../support/aws/operations.js';
import { withoutCredentials } from './environment.js';
import { LiveSetUp, STAGE } from './live-set-up.js';

let setUp: LiveSetUp;
beforeEach(async () => {
  setUp = await LiveSetUp.start();
});
afterEach(() => setUp[Symbol.asyncDispose]());

describe('the report', () => {
  it('is also JSON', async () => {
    setUp.backend.loadBalancer.enforcement = 'on';
    const { exitCode, output } = await setUp.doctor('--json', '--only', 'private-link-rules,protocol');
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      api: setUp.api.apiId,
      stage: STAGE,
      region: 'eu-central-1',
      accountId: '111122223333',
      checks: [
        { id: 'protocol', group: 'API', status: 'pass', seen: 'chat' },
        {
          id: 'private-link-rules',
          status: 'problem',
          findings: [{ severity: 'problem', seen: expect.stringContaining('chat enforces') as string }],
          see: expect.stringMatching(/^docs\/troubleshooting\.md#/) as string,
        },
      ],
      exitCode: 1,
    });
  });

  it('has exit code 0 for a warning, and 1 with --fail-on warning', async () => {
    setUp.backend.alarms[0]!.state = 'ALARM';
    expect((await setUp.doctor('--only', 'alarms')).exitCode).toBe(0);
    expect((await setUp.doctor('--only', 'alarms', '--fail-on', 'warning')).exitCode).toBe(1);
  });

  it('has a call that fails as skipped, with its reason, and goes on', async () => {
    setUp.aws.failing.set(
      'cloudtrail:LookupEvents',
      new ServiceError('InvalidTimeRangeException', 'Too long'),
    );
    const { exitCode, output } = await setUp.doctor('--only', 'api');
    expect(output).toMatch(
      /^- .*: cloudtrail:LookupEvents failed: InvalidTimeRangeException: Too long \[deployment-current\]$/m,
    );
    expect(exitCode).toBe(0);
  });

  it('repeats calls that AWS throttles', async () => {
    setUp.aws.throttled.set('ecs:DescribeServices', 2);
    const { output } = await setUp.doctor('--only', 'ecs-tasks');
    expect(output).toMatch(/^√ all tasks run: chat: 2 of 2/m);
  });

  it('reads each fact once, however many checks need it', async () => {
    setUp.aws.calls.length = 0;
    await setUp.doctor('--only', 'integrations,callbacks');
    const reads = setUp.aws.calls.filter(({ resource }) => resource.endsWith('/integrations'));
    expect(reads).toHaveLength(1);
  });
});

describe('--list and --explain', () => {
  it('name every check with its permissions', async () => {
    const { output } = await setUp.doctor('--list');
    for (const { id, permissions } of CHECKS) {
      expect(output).toContain(`  ${id} `);
      for (const permission of permissions) expect(output).toContain(permission);
    }
  });

  it('say why a check matters, and what to do', async () => {
    const { output } = await setUp.doctor('--explain', 'private-dns');
    expect(output).toMatch(/^why .*private DNS/m);
    expect(output).toMatch(/^needs .*ec2:DescribeVpcEndpoints/m);
    expect(output).toContain('docs/troubleshooting.md#callbacks-get-403-only-inside-the-vpc');
  });
});

describe('--stack', () => {
  it('finds the API and its stage', async () => {
    setUp.backend.stackResources = [
      { type: 'AWS::ApiGatewayV2::Stage', id: STAGE },
      { type: 'AWS::ECS::Service', id: 'arn:aws:ecs:…' },
      { type: 'AWS::ApiGatewayV2::Api', id: setUp.api.apiId },
    ];
    const { output } = await setUp.doctor('--stack', 'chat', '--only', 'protocol');
    expect(output).toContain(`API ${setUp.api.apiId}, stage prod`);
  });

  it.each([
    ['other', /the stack other cannot be read: .*Stack with id other does not exist/],
    ['chat', /the stack chat has no AWS::ApiGatewayV2::Api: give --api/],
  ])('ends with exit code 2 if there is no API in %s', async (stack, message) => {
    const { exitCode, errors } = await setUp.doctor('--stack', stack);
    expect(errors).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('--api', () => {
  it('is asked for before anything else', async () => {
    const { exitCode, errors } = await setUp.doctor('--api', '--stage', 'prod');
    expect(errors).toMatch(/--api needs a value/);
    const errorsWithout: string[] = [];
    await runDoctor([], { write: () => undefined, writeError: (text) => void errorsWithout.push(text) });
    expect(errorsWithout).toEqual(['doctor: give --api ID or --stack NAME; --help lists the flags\n']);
    expect(exitCode).toBe(2);
  });

  it('needs no --stage if the API has one', async () => {
    const { output } = await setUp.doctor('--api', setUp.api.apiId, '--only', 'protocol');
    expect(output).toContain('stage prod');
  });

  it('names the stages if there are several', async () => {
    await setUp.api.control.send(new CreateStageCommand({ ApiId: setUp.api.apiId, StageName: 'dev' }));
    const { exitCode, errors } = await setUp.doctor('--api', setUp.api.apiId);
    expect(errors).toMatch(/has several stages \(\w+, \w+\): give --stage/);
    expect(exitCode).toBe(2);
  });

  it('ends with exit code 2 if there is no such API', async () => {
    const { exitCode, errors } = await setUp.doctor('--api', 'nosuchapi', '--stage', 'prod');
    expect(errors).toMatch(/^doctor: there is no API nosuchapi in eu-central-1/);
    expect(exitCode).toBe(2);
  });
});

describe('the command line', () => {
  it.each([
    [['--apy', 'x'], /unknown flag --apy/],
    [['operand'], /doctor takes no operand 'operand'/],
    [
      ['--api', 'x', '--only', 'nothing'],
      /--only is 'nothing': it must be a group \(account, .*\) or the id/,
    ],
    [['--api', 'x', '--explain', 'nothing'], /there is no check nothing/],
    [['--api', 'x', '--clients', 'many'], /--clients is 'many'/],
    [['--api', 'x', '--fail-on', 'hint'], /--fail-on is 'hint'/],
    [['--api', 'x', '--service-url', 'ftp://x'], /--service-url is 'ftp:\/\/x'/],
    [['--api', 'x', '--stack', 'y'], /--api and --stack exclude each other/],
    [['--api', '--json'], /--api needs a value/],
    [['--api', 'x', '--json=yes'], /--json takes no value/],
    [['--api', 'x', '--header', 'no colon'], /--header is 'no colon'/],
    [['--api', 'x', '--template', 'template.yaml'], /--template needs the gateway/],
  ])('%j is refused', async (args, message) => {
    const { exitCode, errors } = await setUp.doctor(...args);
    expect(errors).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('credentials', () => {
  it('that do not exist end the run with what to do, and exit code 2', async () => {
    withoutCredentials();
    const { exitCode, errors } = await setUp.doctor();
    expect(errors).toMatch(/^doctor: there are no AWS credentials: set AWS_PROFILE/);
    expect(exitCode).toBe(2);
  });

  it.each([
    ['ExpiredToken', /^doctor: the AWS credentials have expired/],
    ['InvalidClientTokenId', /^doctor: the AWS credentials are not valid/],
    ['InternalFailure', /^doctor: AWS cannot be reached: sts:GetCallerIdentity failed: InternalFailure/],
  ])('that AWS refuses with %s do, too', async (code, message) => {
    setUp.aws.failing.set('sts:GetCallerIdentity', new ServiceError(code, 'as AWS says it', 403));
    const { exitCode, errors } = await setUp.doctor();
    expect(errors).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('--compare', () => {
  it('finds no difference between an API and itself', async () => {
    const { exitCode, output } = await setUp.doctor('--compare', setUp.api.apiId);
    expect(output).toMatch(/^√ .* are the same/);
    expect(exitCode).toBe(0);
  });

  it('shows each setting that differs, and no literal', async () => {
    const { api } = setUp;
    const here = await setUp.doctor('--compare', api.apiId, '--json');
    expect(JSON.parse(here.output)).toEqual({ differences: [] });
    const other = await createApi(api.control, {
      Name: 'other',
      RouteSelectionExpression: '$request.body.type',
    });
    await api.control.send(new CreateStageCommand({ ApiId: other, StageName: 'dev' }));
    const { exitCode, output } = await setUp.doctor('--compare', `${other}/dev`);
    expect(output).toMatch(
      /^‼ route selection expression\n {4}\S+ {2}\s*\$request\.body\.action\n {4}\S+ {2}\s*\$request\.body\.type$/m,
    );
    expect(output).toMatch(/^‼ route \$default, integration, timeoutMs\n.*29000\n.*not set$/m);
    expect(output).toMatch(
      /^‼ route \$default, integration\.request\.header\.GatewaySecret\n.*a literal \(not shown\)\n/m,
    );
    expect(output).not.toContain('4f8d1c0b9a7e6d5c');
    expect(exitCode).toBe(1);
  });

  it('shows that a mapping is missing in one of two APIs that look the same', async () => {
    const { api } = setUp;
    await api.control.send(
      new UpdateIntegrationCommand({
        ApiId: api.apiId,
        IntegrationId: api.integrationIds.get('$default'),
        RequestParameters: { 'integration.request.header.ConnectionId': '' },
      }),
    );
    const other = await createApi(api.control, { Name: 'other' });
    await api.control.send(new CreateStageCommand({ ApiId: other, StageName: 'dev' }));
    const { output } = await setUp.doctor('--compare', `${other}/dev`);
    expect(output).toMatch(/^‼ route \$connect, integration\.request\.header\.ConnectionId$/m);
    expect(output).not.toMatch(/^‼ route \$default, integration\.request\.header\.ConnectionId$/m);
  });

  it('ends with exit code 2 if the other API does not exist', async () => {
    const { exitCode, errors } = await setUp.doctor('--compare', 'nosuchapi');
    expect(errors).toMatch(/there is no API nosuchapi/);
    expect(exitCode).toBe(2);
  });
});
