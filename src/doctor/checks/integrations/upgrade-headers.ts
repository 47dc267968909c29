import { type Check, findings, skip } from '../../check.js';
import { nameOf } from '../../facts/api-facts.js';
import { READ_API } from '../../permissions.js';

export const upgradeHeaders: Check = {
  id: 'upgrade-headers',
  group: 'integrations',
  title: 'the backend does not take $connect for a WebSocket upgrade',
  severity: 'hint',
  reason:
    "$connect passes the client's Sec-WebSocket-* headers on, and some backends take the request for a WebSocket upgrade and respond with 400 (reported 2021 and later)",
  fix: "if the backend responds to $connect with 400: map integration.request.header.Sec-WebSocket-Version from '0', and deploy",
  section: '21',
  permissions: READ_API,
  async run({ api }) {
    const connects = (await api.usedIntegrations()).filter(
      ({ type, routes }) => type === 'HTTP_PROXY' && routes.some(({ key }) => key === '$connect'),
    );
    if (connects.length === 0) return skip('no HTTP_PROXY integration serves $connect');
    return findings(
      connects
        .filter(
          ({ parameters }) =>
            !Object.keys(parameters).some(
              (key) => key.toLowerCase() === 'integration.request.header.sec-websocket-version',
            ),
        )
        .map((integration) => ({ seen: `${nameOf(integration)} passes Sec-WebSocket-* headers on` })),
      'Sec-WebSocket-Version is replaced',
    );
  },
};
