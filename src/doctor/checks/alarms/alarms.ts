import { type Alarm } from '../../aws/monitoring.js';
import { type Check, type Finding, findings, skip } from '../../check.js';
import { type Facts } from '../../facts/facts.js';

/** The metrics of a stage that count failures. */
const ERRORS: readonly string[] = ['ExecutionError', 'IntegrationError'];

export const errorsWatched: Check = {
  id: 'error-alarms',
  group: 'alarms',
  title: 'an alarm watches the errors of the API',
  severity: 'warning',
  reason: 'API Gateway reports a broken VPC link or backend only to clients',
  fix: 'create alarms on IntegrationError and ExecutionError of the stage (namespace AWS/ApiGateway, dimensions ApiId and Stage)',
  section: '28',
  permissions: ['cloudwatch:DescribeAlarms'],
  async run(facts) {
    const ours = await alarmsOf(facts);
    const missing = ERRORS.filter(
      (name) => !ours.some(({ metrics }) => metrics.some((m) => m.name === name)),
    );
    return findings(
      missing.map((name) => ({ seen: `no alarm watches ${name} of the API ${facts.target.apiId}` })),
      ours.map(({ name }) => name).join(', '),
    );
  },
};

export const alarmsNotify: Check = {
  id: 'alarm-actions',
  group: 'alarms',
  title: 'the alarms notify someone',
  severity: 'warning',
  reason: 'an alarm without an action, or with its actions switched off, changes its colour and nothing else',
  fix: 'give it an SNS topic: aws cloudwatch put-metric-alarm --alarm-actions TOPIC_ARN, or enable-alarm-actions',
  section: '28',
  permissions: ['cloudwatch:DescribeAlarms'],
  async run(facts) {
    const ours = await alarmsOf(facts);
    if (ours.length === 0) return skip('the API has no alarms');
    return findings(
      ours
        .filter(({ hasActions }) => !hasActions)
        .map(({ name }): Finding => ({ seen: `${name} notifies no one` })),
      ours.map(({ name }) => name).join(', '),
    );
  },
};

export const alarmState: Check = {
  id: 'alarm-state',
  group: 'alarms',
  title: 'no alarm of the API is raised',
  severity: 'warning',
  reason: 'a raised alarm is a problem that someone has already defined',
  fix: 'see the description of the alarm, and its metric',
  section: '11',
  permissions: ['cloudwatch:DescribeAlarms'],
  async run(facts) {
    const ours = await alarmsOf(facts);
    if (ours.length === 0) return skip('the API has no alarms');
    return findings(
      ours.filter(({ state }) => state === 'ALARM').map(({ name }) => ({ seen: `${name} is raised` })),
      ours.map(({ name, state }) => `${name}: ${state}`).join(', '),
    );
  },
};

const alarmsOf = async ({ alarms, target }: Facts): Promise<readonly Alarm[]> =>
  (await alarms()).filter(({ metrics }) =>
    metrics.some(
      ({ namespace, dimensions: { ApiId, Stage = target.stageName } }) =>
        namespace === 'AWS/ApiGateway' && ApiId === target.apiId && Stage === target.stageName,
    ),
  );
