import { type Check, findings, skip } from '../../check.js';
import { isHttp, nameOf, type UsedIntegration } from '../../facts/api-facts.js';
import { READ_API } from '../../permissions.js';

export const connectionId: Check = {
  id: 'no-connection-id',
  group: 'integrations',
  title: 'the connection id reaches every HTTP backend',
  severity: 'problem',
  reason:
    'without a mapping an HTTP backend receives no connectionId on any route, and cannot post to the client',
  fix: 'aws apigatewayv2 update-integration --api-id {api} --integration-id ID --request-parameters integration.request.header.ConnectionId=context.connectionId, then deploy',
  section: '2',
  permissions: READ_API,
  async run({ api }) {
    const http = (await api.usedIntegrations()).filter(isHttp);
    if (http.length === 0) return skip('no integration calls an HTTP backend');
    return findings(
      http
        .filter((integration) => !sendsConnectionId(integration))
        .map((integration) => ({ seen: `${nameOf(integration)} does not map context.connectionId` })),
      `${http.length} of ${http.length} integrations`,
    );
  },
};

const sendsConnectionId = ({ type, parameters, templates }: UsedIntegration): boolean =>
  Object.entries(parameters).some(
    ([key, source]) => key.startsWith('integration.request.') && source === 'context.connectionId',
  ) ||
  (type === 'HTTP' &&
    Object.values(templates).some((template) => /\$(!?\{)?context\.connectionId\b/.test(template)));
