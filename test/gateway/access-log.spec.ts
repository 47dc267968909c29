import { describe, expect, it } from 'vitest';
import { AccessLog, accessLogLine } from '../../src/gateway/access-log.js';

const CONNECTION = {
  apiId: 'abcdefghij',
  stage: 'dev',
  domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
  connectionId: 'gbgBEG6oLQAYKEhVEA==',
  connectedAt: Date.UTC(2026, 10, 20, 11, 55),
  sourceIp: '203.0.113.5',
  userAgent: 'agent',
  authorized: { 'authorizer.principalId': 'me', 'identity.userArn': 'arn:aws:iam::000000000000:user/me' },
  gatewayIp: '127.0.0.1',
};
const MESSAGE = {
  ...CONNECTION,
  eventType: 'MESSAGE',
  routeKey: 'send',
  requestId: 'EOn61HU0oAMEiMw=',
  requestTime: Date.UTC(2026, 10, 20, 11, 56, 1),
  messageId: 'gbgHN0-zjQAYKEjhgA==',
} as const;

function logged(write: (log: AccessLog) => void): string[] {
  const lines: string[] = [];
  write(new AccessLog((line) => lines.push(line)));
  return lines;
}

describe('a line of the access log', () => {
  it.each([
    ['$context.requestId', 'id'],
    ['{"id":"$context.requestId","ip":"$context.identity.sourceIp"}', '{"id":"id","ip":"203.0.113.5"}'],
    ['$context.requestId.', 'id.'],
    ['$context.requestId-$context.requestId', 'id-id'],
    ['[$context.requestTime] "$context.none.at.all"', '[20/Nov/2026:11:56:01 +0000] "-"'],
    ['$context.empty', '-'],
    ['$context.toString $context.', '- $context.'],
    ['$request.body $.requestId', '$request.body $.requestId'],
    ['a\n  b\r\n$context.requestId', 'a b id'],
    ['"$context.identity.userAgent"', '"\\"quoted\\" \\\\ \\nline"'],
    ['$context.error.message $context.error.messageString', 'no \\"way\\" "no \\"way\\""'],
  ])('has for the format %j the text %j', (format, line) => {
    const variables = {
      requestId: 'id',
      'identity.sourceIp': '203.0.113.5',
      'identity.userAgent': '"quoted" \\ \nline',
      requestTime: '20/Nov/2026:11:56:01 +0000',
      'error.message': 'no "way"',
      empty: '',
    };
    expect(accessLogLine(format, variables)).toBe(line);
  });

  it('has - for a missing error message, quoted in error.messageString', () => {
    expect(accessLogLine('$context.error.message $context.error.messageString', {})).toBe('- "-"');
  });
});

describe('the access log', () => {
  it('writes nothing for a stage without a format', () => {
    expect(logged((log) => log.event(undefined, MESSAGE, { status: 200 }))).toEqual([]);
  });

  it('has the variables of an event and of its outcome', () => {
    const format =
      '$context.eventType $context.routeKey $context.status $context.integrationLatency $context.messageId ' +
      '$context.authorizer.principalId $context.identity.userArn $context.requestTimeEpoch $context.integration.status';
    const outcome = { status: 200, integrationLatencyMs: 12.4 };
    expect(logged((log) => log.event(format, MESSAGE, outcome))).toEqual([
      `MESSAGE send 200 12 gbgHN0-zjQAYKEjhgA== me arn:aws:iam::000000000000:user/me ${MESSAGE.requestTime} -\n`,
    ]);
  });

  it('has the message of a gateway response', () => {
    const format = '$context.requestId $context.status $context.error.message $context.integrationLatency';
    const outcome = { status: 403, error: 'Forbidden' };
    expect(logged((log) => log.event(format, MESSAGE, outcome))).toEqual([
      'EOn61HU0oAMEiMw= 403 Forbidden -\n',
    ]);
  });

  it('has the problem of a message that its model does not allow', () => {
    const format = '$context.requestId $context.error.message: $context.error.validationErrorString';
    const outcome = { status: 400, error: 'Bad request body', validationError: '[message is no object]' };
    expect(logged((log) => log.event(format, MESSAGE, outcome))).toEqual([
      'EOn61HU0oAMEiMw= Bad request body: [message is no object]\n',
    ]);
  });

  it('has requests to @connections with the address of the caller', () => {
    const format =
      '$context.eventType|$context.routeKey|$context.connectionId|$context.status|$context.identity.sourceIp|' +
      '$context.connectedAt|$context.messageId|$context.messageDirection|$context.stage';
    const call = {
      apiId: CONNECTION.apiId,
      stage: 'other',
      domainName: CONNECTION.domainName,
      method: 'POST',
      connectionId: CONNECTION.connectionId,
      requestId: MESSAGE.requestId,
      requestTime: MESSAGE.requestTime,
      sourceIp: '10.0.0.1',
      userAgent: undefined,
    };
    expect(logged((log) => log.connectionApi(format, call, { status: 410 }))).toEqual([
      'CONNECTION_API|POST /@connections/{connectionId}|gbgBEG6oLQAYKEhVEA==|410|10.0.0.1|-|-|-|other\n',
    ]);
    const connectedAt = CONNECTION.connectedAt;
    expect(
      logged((log) => log.connectionApi('$context.connectedAt', { ...call, connectedAt }, { status: 200 })),
    ).toEqual([`${connectedAt}\n`]);
  });
});

it('shows control characters of a value as text', () => {
  const line = accessLogLine('$context.identity.userAgent', { 'identity.userAgent': '\u009b31m\u007f' });
  expect(line).toBe('\\\\u009b31m\\\\u007f');
});
