import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';
import { handshakeSources } from './connect-only-source.js';

export const undeclaredSource: Check = {
  id: 'undeclared-source',
  group: 'integrations',
  title: '$connect declares what its integration maps',
  severity: 'problem',
  reason: 'an integration can read a header or query-string source only if the route declares it',
  fix: 'declare it on the route: aws apigatewayv2 update-route --api-id {api} --route-id ID --request-parameters \'{"SOURCE": {"Required": false}}\', then deploy',
  section: '4',
  permissions: READ_API,
  async run({ api }) {
    const integrations = await api.usedIntegrations();
    const connects = integrations.flatMap((integration) =>
      integration.routes
        .filter(({ key }) => key === '$connect')
        .map((route) => ({ route, sources: handshakeSources(integration) })),
    );
    return findings(
      connects.flatMap(({ route, sources }) =>
        sources
          .filter((source) => !route.declaredParameters.includes(source))
          .map((source) => ({ seen: `$connect (route ${route.id}) does not declare ${source}` })),
      ),
      connects.flatMap(({ sources }) => sources).join(', ') || 'nothing is mapped',
    );
  },
};
