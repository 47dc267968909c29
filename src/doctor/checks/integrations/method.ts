import { type Check, findings, skip } from '../../check.js';
import { isHttp, nameOf } from '../../facts/api-facts.js';
import { READ_API } from '../../permissions.js';

export const method: Check = {
  id: 'method-any',
  group: 'integrations',
  title: 'the HTTP method of each integration is fixed',
  severity: 'warning',
  reason: 'a frame has no method, and AWS does not document which method ANY sends',
  fix: 'aws apigatewayv2 update-integration --api-id {api} --integration-id ID --integration-method POST, then deploy',
  section: '5',
  permissions: READ_API,
  async run({ api }) {
    const http = (await api.usedIntegrations()).filter(isHttp);
    if (http.length === 0) return skip('no integration calls an HTTP backend');
    return findings(
      http
        .filter((integration) => integration.method === 'ANY')
        .map((integration) => ({ seen: `${nameOf(integration)} has the method ANY` })),
      [...new Set(http.map((integration) => integration.method))].join(', '),
    );
  },
};
