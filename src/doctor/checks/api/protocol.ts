import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const protocol: Check = {
  id: 'protocol',
  group: 'api',
  title: 'the API is a WebSocket API',
  severity: 'problem',
  reason: 'an HTTP API accepts no handshake: it has no connections, no $connect and no @connections',
  fix: 'give the id of the WebSocket API: aws apigatewayv2 get-apis shows the protocol of each',
  section: '1',
  permissions: READ_API,
  async run({ api }) {
    const { protocol: found, name, id } = await api.api();
    return findings(
      found === 'WEBSOCKET' ? [] : [{ seen: `${id} (${name}) has the protocol ${found}` }],
      name,
    );
  },
};
