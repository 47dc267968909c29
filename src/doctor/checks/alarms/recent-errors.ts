import { type Check, findings } from '../../check.js';

export const recentErrors: Check = {
  id: 'recent-errors',
  group: 'alarms',
  title: 'API Gateway reached the backend in the last 24 hours',
  severity: 'warning',
  reason:
    'ExecutionError counts events for which API Gateway could not call the backend: VPC link, load balancer, security groups, timeouts, mapping',
  fix: 'look at $context.error.message in the access log; a single one under load, with everything healthy, is for AWS support',
  section: '11',
  permissions: ['cloudwatch:GetMetricStatistics'],
  async run({ day }) {
    const [errors = 0, connects = 0, messages = 0] = await Promise.all([
      day('ExecutionError', 'Sum'),
      day('ConnectCount', 'Sum'),
      day('MessageCount', 'Sum'),
    ]);
    const shown = (number: number) => number.toLocaleString('en');
    const seen = `${shown(errors)} execution errors among ${shown(connects)} connections and ${shown(messages)} messages`;
    return findings(errors > 0 ? [{ seen }] : [], seen);
  },
};
