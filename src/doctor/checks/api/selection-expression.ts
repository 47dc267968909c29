import { type Check, findings } from '../../check.js';
import { READ_API } from '../../permissions.js';

/** `$request.body.…`, also several in `${…}`, or one of them with text. */
const OF_BODY = /\$\{?request\.body\./;

export const selectionExpression: Check = {
  id: 'selection-expression',
  group: 'api',
  title: 'the route selection expression selects routes',
  severity: 'problem',
  reason:
    'only the body of a message can select a route; with an expression that does not read it, every message gets the same route',
  fix: "aws apigatewayv2 update-api --api-id {api} --route-selection-expression '$request.body.action', then deploy",
  section: '11',
  permissions: READ_API,
  async run({ api }) {
    const [{ selectionExpression: expression }, routes] = await Promise.all([api.api(), api.routes()]);
    const custom = routes.filter(({ key }) => !key.startsWith('$'));
    const unreachable = OF_BODY.test(expression) ? [] : custom.filter(({ key }) => key !== expression);
    return findings(
      unreachable.length === 0
        ? []
        : [
            {
              seen: `'${expression}' does not read the body, so that no message selects ${unreachable.map(({ key }) => key).join(', ')}`,
            },
          ],
      expression,
    );
  },
};
