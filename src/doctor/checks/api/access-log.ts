import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

/** Without these, a line of the log does not say what failed. */
const NEEDED = ['requestId', 'routeKey', 'status', 'connectionId'] as const;

export const accessLog: Check = {
  id: 'access-log',
  group: 'api',
  title: 'the access log says what failed',
  severity: 'warning',
  reason:
    'browsers do not show the status of a refused handshake, and no metric has callbacks: the access log is the only place where they can be seen',
  fix: 'aws apigatewayv2 update-stage --api-id {api} --stage-name {stage} --access-log-settings with a DestinationArn, and a Format that has $context.requestId, .routeKey, .status, .connectionId and .error.message',
  section: '7',
  permissions: READ_API,
  async run({ api }) {
    const { accessLogFormat: format, name } = await api.stage();
    if (format === undefined) return findings([{ seen: `the stage ${name} has no access log` }], '');
    const missing = NEEDED.filter((variable) => !format.includes(`$context.${variable}`));
    return findings(
      missing.length === 0
        ? []
        : [{ seen: `its format lacks ${missing.map((variable) => `$context.${variable}`).join(', ')}` }],
      `with ${NEEDED.map((variable) => `$context.${variable}`).join(', ')}`,
    );
  },
};
