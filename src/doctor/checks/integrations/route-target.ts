import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const routeTarget: Check = {
  id: 'route-target',
  group: 'integrations',
  title: 'every route leads to an integration',
  severity: 'problem',
  reason: 'an event of a route without an integration gets Internal server error, and a handshake 500',
  fix: 'aws apigatewayv2 update-route --api-id {api} --route-id ID --target integrations/ID, then deploy',
  section: '11',
  permissions: READ_API,
  async run({ api }) {
    const [routes, integrations] = await Promise.all([api.routes(), api.integrations()]);
    const ids = new Set(integrations.map(({ id }) => id));
    const lost = routes.filter(({ integrationId = '' }) => !ids.has(integrationId));
    return findings(
      lost.map(({ key, id, integrationId }) => ({
        seen: `${key} (route ${id}) ${integrationId === undefined ? 'has no integration' : `leads to ${integrationId}, which does not exist`}`,
      })),
      `${routes.length} of ${routes.length} routes`,
    );
  },
};
