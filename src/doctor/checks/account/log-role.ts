import { type Check, findings, skip } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const logRole: Check = {
  id: 'log-role',
  group: 'account',
  title: 'API Gateway may write logs',
  severity: 'problem',
  reason:
    'API Gateway writes access and execution logs of WebSocket APIs with a role that the account has once for each Region; without it a stage with logs cannot be deployed, and one that has them writes nothing',
  fix: 'aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=ROLE, with a role that has AmazonAPIGatewayPushToCloudWatchLogs',
  section: 'logRole',
  permissions: [...READ_API, 'apigateway:GET /account'],
  async run({ api }) {
    const [stage, { logRoleArn }] = await Promise.all([api.stage(), api.account()]);
    const levels = [stage.defaultSettings, ...Object.values(stage.routeSettings)];
    const hasLogs =
      stage.accessLogFormat !== undefined ||
      levels.some(({ loggingLevel = 'OFF' }) => loggingLevel !== 'OFF');
    if (!hasLogs) return skip(`the stage ${stage.name} writes no logs`);
    return findings(
      logRoleArn === undefined || logRoleArn === ''
        ? [{ seen: `the stage ${stage.name} has logs, and the account has no role for them in this Region` }]
        : [],
      logRoleArn ?? '',
    );
  },
};
