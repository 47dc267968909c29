import { type Check, findings, skip } from '../../check.js';
import { READ_API } from '../../permissions.js';

export const routeResponse: Check = {
  id: 'no-route-response',
  group: 'integrations',
  title: 'two-way routes have a route response',
  severity: 'problem',
  reason:
    'a message route without a route response is one-way, whatever its selection expression: responses are dropped',
  fix: "aws apigatewayv2 create-route-response --api-id {api} --route-id ID --route-response-key '$default', then deploy",
  section: '10',
  permissions: READ_API,
  async run({ api }) {
    const twoWay = (await api.routes()).filter(
      ({ key, responseSelectionExpression: expression }) =>
        expression !== undefined && key !== '$connect' && key !== '$disconnect',
    );
    if (twoWay.length === 0) return skip('all routes are one-way');
    const keys = await Promise.all(twoWay.map(({ id }) => api.routeResponseKeys(id)));
    return findings(
      twoWay
        .filter((_, index) => keys[index]?.length === 0)
        .map(({ key, id }) => ({
          seen: `${key} (route ${id}) has a route response selection expression and no route response`,
        })),
      twoWay.map(({ key }) => key).join(', '),
    );
  },
};
