import { type Check, findings } from '../../check.js';
import { nameOf, type UsedIntegration } from '../../facts/api-facts.js';
import { READ_API } from '../../permissions.js';

/** Headers and query string, which only the handshake has. */
const HANDSHAKE_SOURCE = /^route\.request\.(?:multivalue)?(?:header|querystring)\./;

export const connectOnlySource: Check = {
  id: 'connect-only-source',
  group: 'integrations',
  title: 'only $connect maps headers and the query string',
  severity: 'problem',
  reason: 'only the handshake has headers and a query string; messages and disconnects have none',
  fix: 'read it on $connect and store it with the connection, or map context.authorizer.NAME; then deploy',
  section: '4',
  permissions: READ_API,
  async run({ api }) {
    const integrations = await api.usedIntegrations();
    return findings(
      integrations.flatMap((integration) => {
        const keys = integration.routes.map(({ key }) => key).filter((key) => key !== '$connect');
        const sources = handshakeSources(integration);
        return keys.length === 0 || sources.length === 0
          ? []
          : [
              {
                seen: `${nameOf(integration)} maps ${sources.join(', ')}, which ${keys.join(', ')} never has`,
              },
            ];
      }),
      `${integrations.length} integrations`,
    );
  },
};

export const handshakeSources = ({ parameters }: UsedIntegration): readonly string[] =>
  Object.values(parameters).filter((source) => HANDSHAKE_SOURCE.test(source));
