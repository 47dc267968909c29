import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGateway } from '../../../src/gateway/index.js';
import { CHAT } from '../../gateway/cloudformation/chat-template.js';
import { HttpBackend } from '../../support/http-backend.js';
import { HandshakeRefused, WebSocketClient } from '../../support/web-socket-client.js';

const handler = (name: string) => join(import.meta.dirname, 'handlers', name);

/** With an authorizer on $connect, whose result reaches the backend. */
const TEMPLATE = CHAT.replace(
  '      RouteKey: $connect\n',
  `      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Authorizer
`,
)
  .replace('route.request.querystring.token\n', 'context.authorizer.principalId\n')
  .replace(
    '  Connect:\n',
    `  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: auth
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:auth/invocations
      IdentitySource: [route.request.querystring.token]

  Connect:
`,
  );

const isMissing = (program: string) => spawnSync(program, ['--version']).error !== undefined;

describe.each([
  ['Python', `python3 ${handler('authorizer.py')}`, 'auth'],
  ['Java', `java -Xshare:auto -XX:TieredStopAtLevel=1 ${handler('Authorizer.java')}`, 'java'],
])('an authorizer in %s', (_language, command, principalId) => {
  it.skipIf(isMissing(command.split(' ')[0] ?? ''))(
    'answers a handshake: it allows one client and refuses another',
    async () => {
      await using backend = await HttpBackend.start();
      await using gateway = await startGateway({
        template: TEMPLATE,
        targets: { chat: backend.url },
        functions: { auth: command },
      });
      using client = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?token=good`);
      expect((await backend.next()).headers).toMatchObject({ token: principalId });
      const refused = await WebSocketClient.open(`${gateway.webSocketUrl('dev')}?token=bad`).catch(
        (error: HandshakeRefused) => error.status,
      );
      expect(refused).toBe(403);
      client.socket.close();
    },
  );
});
