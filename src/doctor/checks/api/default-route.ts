import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const defaultRoute: Check = {
  id: 'default-route',
  group: 'api',
  title: 'a route takes the messages that match no other',
  severity: 'warning',
  reason:
    'without a route $default, a message that matches no route, or is not JSON, gets {"message": "Forbidden", …} and reaches no backend',
  fix: "add a route $default: aws apigatewayv2 create-route --api-id {api} --route-key '$default' --target integrations/ID, then deploy",
  section: '11',
  permissions: READ_API,
  async run({ api }) {
    const keys = (await api.routes()).map(({ key }) => key).toSorted();
    return findings(
      keys.includes('$default') ? [] : [{ seen: `the routes are ${keys.join(', ') || 'none'}` }],
      keys.join(', '),
    );
  },
};
