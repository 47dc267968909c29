import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/doctor/checks/all-checks.js';
import { type Permission, PERMISSIONS } from '../../src/doctor/permissions.js';
import { parsePolicy } from '../../src/gateway/iam/policy.js';
import { withoutCredentials } from './environment.js';
import { LiveSetUp, STAGE } from './live-set-up.js';

// one for all tests: they change nothing but the policy
let setUp: LiveSetUp;
beforeAll(async () => {
  setUp = await LiveSetUp.start();
  // so that the check of zones has to look at the targets
  setUp.backend.loadBalancer.crossZone = 'false';
  // so that the checks of TLS and route responses have something to read
  setUp.backend.listeners = [
    { port: 80, protocol: 'TCP' },
    { port: 443, protocol: 'TLS', certificateArn: setUp.backend.certificateArn },
  ];
  setUp.aws.rewrite = (path, body) => {
    if (!path.endsWith('/integrations')) return;
    for (const item of body['items'] as Record<string, unknown>[]) {
      if (item['integrationId'] === setUp.api.integrationIds.get('$default')) {
        item['integrationUri'] = 'https://nlb.example.com/chat';
      }
    }
  };
});
beforeEach(() => {
  setUp.aws.policy = undefined;
});
afterAll(() => setUp[Symbol.asyncDispose]());

const policyWith = (permissions: readonly Permission[], apiId: string) => {
  const scope = { partition: 'aws', region: '*', accountId: '*', apiIds: [apiId], stageName: STAGE };
  return parsePolicy({
    Statement: permissions.map((permission) => ({
      Effect: 'Allow',
      Action: PERMISSIONS[permission].action,
      Resource: PERMISSIONS[permission].resources(scope),
    })),
  });
};

const NOTHING = parsePolicy({ Statement: [{ Effect: 'Allow', Action: 'none:Nothing', Resource: '*' }] });

/** Of the report as JSON. */
const onlyCheck = (output: string) => {
  const { checks } = JSON.parse(output) as { checks: { status: string; missingPermission?: string }[] };
  return checks[0]!;
};

describe.each(CHECKS.map((check) => [check.id, check] as const))('%s', (id, { permissions }) => {
  it('can run with the permissions that it names', async () => {
    setUp.aws.policy = policyWith(permissions, setUp.api.apiId);
    const { output, exitCode } = await setUp.doctor('--only', id, '--json');
    expect(onlyCheck(output)).not.toHaveProperty('missingPermission');
    expect(exitCode).toBe(0);
  });

  it.each(permissions.map((permission) => [permission]))('is skipped without %s', async (missing) => {
    const others = permissions.filter((permission) => permission !== missing);
    setUp.aws.policy = others.length === 0 ? NOTHING : policyWith(others, setUp.api.apiId);
    const { output, exitCode } = await setUp.doctor('--only', id, '--json');
    expect(onlyCheck(output)).toMatchObject({ status: 'skipped', missingPermission: missing });
    expect(exitCode).toBe(2);
  });
});

describe('the policy of --policy', () => {
  it('allows every call that the doctor makes, and has no permission that it does not need', async () => {
    const { output } = await setUp.doctor('--policy');
    setUp.aws.policy = parsePolicy(JSON.parse(output));
    setUp.aws.calls.length = 0;
    const run = await setUp.doctor('--json');
    const { checks } = JSON.parse(run.output) as { checks: object[] };
    expect(checks.filter((check) => 'missingPermission' in check)).toEqual([]);

    const { Statement } = JSON.parse(output) as { Statement: { Action: string[]; Resource: string[] }[] };
    const allowed = Statement.flatMap(({ Action }) => Action).filter(
      (action, i, all) => all.indexOf(action) === i,
    );
    const made = new Set(setUp.aws.calls.map(({ action }) => action));
    made.delete('sts:GetCallerIdentity');
    expect(allowed.toSorted()).toEqual([...made].toSorted());
    // no wider than the API, the account's settings, VPC links and domain names
    const ofGateway = Statement.find(({ Action }) => Action.includes('apigateway:GET'))!.Resource;
    const withinApi = `arn:aws:apigateway:eu-central-1::/apis/${setUp.api.apiId}`;
    expect(ofGateway).toEqual(expect.arrayContaining([withinApi, `${withinApi}/*`]));
    expect(ofGateway.filter((arn) => arn.endsWith('::/*') || arn.endsWith('/apis/*'))).toEqual([]);
  });

  it('can be printed without credentials', async () => {
    withoutCredentials();
    const { exitCode, output } = await setUp.doctor('--policy');
    expect(exitCode).toBe(0);
    expect(output).toContain(`arn:aws:apigateway:*::/apis/${setUp.api.apiId}/*`);
  });

  it('has what --stack and --live need only when they are given', async () => {
    const { output } = await setUp.doctor('--policy', '--live', '--only', 'protocol');
    expect(JSON.parse(output)).toMatchObject({
      Statement: [
        { Action: ['apigateway:GET'] },
        {
          Action: ['execute-api:ManageConnections'],
          Resource: [`arn:aws:execute-api:eu-central-1:111122223333:${setUp.api.apiId}/${STAGE}/*`],
        },
      ],
    });
  });
});

describe('a run without any permission', () => {
  it('ends with the list of what is missing, and exit code 2', async () => {
    setUp.aws.policy = NOTHING;
    const { exitCode, output, errors } = await setUp.doctor();
    expect({ exitCode, errors }).toEqual({ exitCode: 2, errors: '' });
    expect(output).toMatch(
      /^- the API is a WebSocket API: needs the permission apigateway:GET \/apis \[protocol\]$/m,
    );
    expect(output).toMatch(
      /^0 passed, 0 warnings, 0 problems, 46 skipped\nmissing permissions: .*apigateway:GET \/apis.*cloudwatch:DescribeAlarms/m,
    );
    expect(output).not.toMatch(/^\s+at /m);
  });
});
