import { describe, expect, it } from 'vitest';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';
import { CHAT } from '../chat-template.js';

const found = (text: string) =>
  lint(text, { fileName: 'chat.yml' }).map(({ rule, message }) => `${rule}: ${message.split(' ')[0]}`);

const TOO_LONG = 'x'.repeat(65);
const LONG = `OperationName: ${TOO_LONG}`;

/** Two routes that the control plane refuses. */
const REFUSED = CHAT.replace('RouteKey: $connect\n', `RouteKey: $connect\n      ${LONG}\n`).replace(
  'RouteKey: $default\n',
  `RouteKey: $default\n      ${LONG}\n`,
);

describe('lint, about what the control plane refuses', () => {
  it('shows every resource, without those that depend on it', () => {
    expect(found(REFUSED)).toEqual(['refused: ConnectRoute', 'refused: MessageRoute']);
  });

  it('shows them beside other findings', () => {
    const text = REFUSED.replace('TimeoutInMillis: 10000', 'TimeoutInMillis: 30000');
    // the route depends on the integration with the wrong timeout
    expect(found(text)).toEqual(['refused: ConnectRoute', 'timeout-range: Message']);
  });

  it('shows them beside errors in what the control plane accepts, of the same resource', () => {
    const text = CHAT.replace(
      'TimeoutInMillis: 10000\n      RequestParameters:\n        integration.request.header.ConnectionId: context.connectionId\n',
      `TimeoutInMillis: 10000\n      Description: ${'x'.repeat(1025)}\n`,
    );
    expect(found(text)).toEqual(['no-connection-id: Message', 'refused: Message']);
  });

  it('shows no resource twice', () => {
    const text = CHAT.replace('RouteKey: $default\n', `RouteKey: $other\n      ${LONG}\n`);
    expect(found(text)).toEqual(['route-key: MessageRoute']);
  });

  it('shows them beside a resource that cannot be evaluated', () => {
    const text = REFUSED.replace(
      'IntegrationUri: !Sub http://${NlbDnsName}/message',
      'IntegrationUri: !Ref Nothing',
    );
    expect(found(text)).toEqual(['refused: ConnectRoute', 'template: Unresolved']);
  });

  it('shows them although a parameter has no value', () => {
    const text = REFUSED.replace('\n    Default: nlb.internal', '');
    expect(found(text)).toEqual(['refused: ConnectRoute', 'refused: MessageRoute']);
  });

  it.each([
    ['a parameter', `OperationName: !Sub '\${Name}${TOO_LONG}'`],
    ['an import', `OperationName: !Join ['', [!ImportValue name, ${TOO_LONG}]]`],
    ['a dynamic reference', `OperationName: '{{resolve:ssm:name}}${TOO_LONG}'`],
    ['a condition for the value', `OperationName: !If [IsLong, name, ${TOO_LONG}]`],
    ['a condition for the resource', `OperationName: ${TOO_LONG}\n    Condition: IsShort`],
  ])('does not show what depends on %s that only AWS knows', (_, property) => {
    const text = CHAT.replace(
      /( {2}MessageRoute:[^]*?RouteResponseSelectionExpression: \$default\n)/,
      (route) => `${route}      ${property}\n`,
    )
      .replace('Parameters:\n', 'Parameters:\n  Name: {Type: String}\n')
      .replace(
        '\nResources:',
        '\nConditions: {IsLong: !Equals [!Ref Name, long], IsShort: !Not [!Condition IsLong]}\nResources:',
      );
    expect(found(text)).toEqual([]);
    expect(found(text.replace(property, `OperationName: ${TOO_LONG}`))).toEqual(['refused: MessageRoute']);
  });
});
