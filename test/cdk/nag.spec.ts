import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { BackchannelStack } from '../../src/cdk/backchannel-stack.js';
import { readParameters } from '../../src/cdk/stack-parameters.js';

/** `RULE: PATH` for each resource that breaks a rule without being acknowledged. */
function findings(context: Record<string, string>, ...packs: readonly NagPack[]): readonly string[] {
  const app = new App({ analyticsReporting: false });
  const stack = new BackchannelStack(app, 'Backchannel', {
    parameters: readParameters(context),
    withoutAssets: true,
  });
  app.synth();
  return packs
    .flatMap((pack) => pack.validateScope(stack).violations)
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName}: ${constructPath}`),
    );
}

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:authorizer';

/** What costs more and is off, or the other way round. */
const OTHERS = {
  alarmEmail: 'ops@example.com',
  secretGeneration: '2',
  flowLogs: 'true',
  accessLogs: 'false',
  containerInsights: 'enhanced',
  spotPercent: '50',
  ipAddressType: 'dualstack',
  kmsKeyArn: KEY,
  AUTH: 'authorizer',
  authorizerArn: FUNCTION,
};

// the first test loads the whole CDK and all rules
describe('cdk-nag', { timeout: 180_000 }, () => {
  it.each([
    ['Valkey', { store: 'valkey' }],
    ['DynamoDB', { store: 'dynamodb', alarmEmail: 'ops@example.com' }],
    ['Valkey and every other choice', { ...OTHERS, store: 'valkey' }],
    ['DynamoDB and every other choice', { ...OTHERS, store: 'dynamodb' }],
  ])('finds nothing in the stack with %s that is not acknowledged', (_, context) => {
    expect(findings(context, new AwsSolutionsChecks(), new ServerlessChecks())).toEqual([]);
  });

  it('has a row in docs/deploying.md for each rule of NIST 800-53 r5 that the stack breaks by default', () => {
    const byDefault = { alarmEmail: 'ops@example.com' };
    const broken = [
      ...findings(byDefault, new NIST80053R5Checks()),
      ...findings({ ...byDefault, store: 'dynamodb' }, new NIST80053R5Checks()),
    ].map((finding) => /^NIST\.800\.53\.R5-(\w+)/.exec(finding)?.[1] ?? finding);
    const document = readFileSync(join(import.meta.dirname, '../../docs/deploying.md'), 'utf8');
    const [, table = ''] = /\n### NIST 800-53 r5\n(.*?)\n## /s.exec(document) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, rule]) => rule!);
    expect(rows).toEqual([...new Set(broken)].toSorted());
  });
});
