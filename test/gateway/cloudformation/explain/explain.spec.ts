import { describe, expect, it } from 'vitest';
import { explain, type ExplainOptions } from '../../../../src/gateway/cloudformation/explain/explain.js';
import { PLACEHOLDER_CONNECTION_ID } from '../../../../src/gateway/cloudformation/explain/sample-event.js';
import { CHAT } from '../chat-template.js';

const explained = (options: Partial<ExplainOptions>, text = CHAT) =>
  explain(text, {
    fileName: 'chat.yml',
    region: 'eu-central-1',
    accountId: '123456789012',
    parameters: new Map(),
    ...options,
  });

/** The request without its comments. */
const request = (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();

describe('explain', () => {
  it('prints the request of a message, header for header', () => {
    const { text, isSent } = explained({ route: '$default', body: '{"action":"ping"}' });
    const apiId = text.match(/AmazonAPIGateway_(\w+)/)?.[1];
    expect(isSent).toBe(true);
    expect(request(text)).toBe(
      `POST /message HTTP/1.1
Host: nlb.internal
x-amzn-apigateway-api-id: ${apiId}
User-Agent: AmazonAPIGateway_${apiId}
Content-Type: application/json; charset=UTF-8
X-Forwarded-For: 198.51.100.1
X-Forwarded-Proto: https
ConnectionId: ${PLACEHOLDER_CONNECTION_ID}
Content-Length: 17

{"action":"ping"}`,
    );
  });

  it('names the route, integration, link and load balancer with their lines, and the placeholders', () => {
    const line = (text: string) => CHAT.slice(0, CHAT.indexOf(text)).split('\n').length;
    const { text } = explained({ body: 'hello' });
    expect(text).toContain(
      `# route $default of stage dev → Message (line ${line('  Message:')}) (HTTP_PROXY)`,
    );
    expect(text).toContain(`# the connection is a placeholder: connectionId ${PLACEHOLDER_CONNECTION_ID}`);
    expect(text).toMatch(
      new RegExp(
        `# sent through the VPC link Link \\(line ${line('  Link:')}\\) to arn:.*/net/chat/.* to http://nlb.internal,`,
      ),
    );
  });

  it("maps the handshake's query string and headers on $connect", () => {
    const headers = [['Origin', 'https://example.com']] as const;
    const { text } = explained({ route: '$connect', query: '?token=a%20b', headers });
    expect(request(text)).toMatch(/^POST \/connect HTTP\/1\.1$/m);
    expect(request(text)).toMatch(/^Token: a b$/m);
    expect(request(text)).toMatch(/^Origin: https:\/\/example\.com$/m);
  });

  it('maps text beyond ASCII as text', () => {
    expect(explained({ route: '$connect', query: 'token=%C3%BC' }).text).toContain('Token: ü\n');
  });

  it.each([
    ['it is not declared', 'ticket', '', 'the route $connect does not declare it'],
    ['the client does not send it', 'token', '', 'the client sends no such query-string parameter'],
  ])('reports that a mapping sends nothing because %s', (_, name, query, reason) => {
    const text = CHAT.replace(
      'Token: route.request.querystring.token',
      `Token: route.request.querystring.${name}`,
    );
    expect(explained({ route: '$connect', query }, text).text).toContain(
      `# not sent: integration.request.header.Token ← route.request.querystring.${name}: ${reason}`,
    );
  });

  it.each([
    ['context.authorizer.userId', 'no authorizer runs here; set --context authorizer.userId=VALUE'],
    ['context.disconnectReason', 'a MESSAGE has no context.disconnectReason'],
    ['stageVariables.color', 'the stage has no variable color'],
    ['route.request.body.user', 'the body has no value at that path'],
    ['route.request.header.Origin', 'headers and query string are those of $connect; $default has none'],
  ])('reports why %s sends nothing on a message', (source, reason) => {
    const mapping = `      TimeoutInMillis: 10000\n      RequestParameters:\n        integration.request.header.X: ${source}\n`;
    const text = CHAT.replace('      TimeoutInMillis: 10000\n      RequestParameters:\n', mapping);
    expect(explained({ body: '{}' }, text).text).toContain(
      `# not sent: integration.request.header.X ← ${source}: ${reason}`,
    );
  });

  it('uses the given result of an authorization', () => {
    const text = CHAT.replace(
      'integration.request.header.ConnectionId: context.connectionId\n\n',
      'integration.request.header.User: context.authorizer.userId\n\n',
    );
    expect(explained({ body: '{}', context: { 'authorizer.userId': '42' } }, text).text).toContain(
      '\nUser: 42\n',
    );
  });

  it('prints the event of a Lambda function', () => {
    const text = CHAT.replace(
      /IntegrationType: HTTP_PROXY\n {6}IntegrationMethod: POST\n {6}IntegrationUri: .*message\n {6}ConnectionType: VPC_LINK\n {6}ConnectionId: !Ref Link/,
      'IntegrationType: AWS_PROXY\n      IntegrationMethod: POST\n      IntegrationUri: arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:chat/invocations',
    );
    const printed = request(explained({ body: '{"action":"ping"}' }, text).text);
    expect(printed).toMatch(/^invoke arn:aws:lambda:eu-central-1:123456789012:function:chat$/m);
    expect(JSON.parse(printed.slice(printed.indexOf('{')))).toMatchObject({
      requestContext: { routeKey: '$default', connectionId: PLACEHOLDER_CONNECTION_ID },
      body: '{"action":"ping"}',
    });
  });

  it('reports which mapping fails, and that nothing is sent', () => {
    const text = CHAT.replace(
      'integration.request.header.ConnectionId: context.connectionId\n\n',
      'integration.request.header.User: route.request.body.user\n\n',
    );
    const { isSent, text: printed } = explained({ body: '{"user":"a\\nb"}' }, text);
    expect(isSent).toBe(false);
    expect(printed).toMatch(/# nothing is sent: .*header User has a control character/);
    expect(request(printed)).toBe('');
  });

  it('reports that a handshake without a required parameter is refused', () => {
    const text = CHAT.replace('{Required: false}', '{Required: true}');
    expect(explained({ route: '$connect' }, text)).toMatchObject({
      isSent: false,
      text: expect.stringContaining('400: it lacks token') as string,
    });
  });

  it.each([
    [{}, '--route, one of $connect, $default, or --body is required'],
    [{ route: 'join' }, "--route must be one of the stage's routes: $connect, $default"],
    [{ body: '{}', stage: 'prod' }, "--stage must be one of Api's stages: dev"],
    [{ body: '{}', api: 'Chat' }, "--api must be one of the template's WebSocket APIs: Api"],
  ])('lists the valid values when %j is not one', (options, reason) => {
    expect(() => explained(options)).toThrow(reason);
  });

  it('refuses a body that selects another route', () => {
    const text = CHAT.replace(
      '  MessageResponse:',
      '  Join:\n    Type: AWS::ApiGatewayV2::Route\n    Properties: {ApiId: !Ref Api, RouteKey: join}\n  MessageResponse:',
    );
    expect(() => explained({ route: '$default', body: '{"action":"join"}' }, text)).toThrow(
      'the body selects the route join, not $default',
    );
    expect(explained({ body: '{"action":"join"}' }, text)).toMatchObject({ isSent: false });
  });
});
