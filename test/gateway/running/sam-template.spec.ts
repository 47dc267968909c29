import { describe, expect, it } from 'vitest';
import { startGateway } from '../../support/deployed-gateway.js';
import { FunctionModule } from '../../support/function-module.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: nodejs24.x}, HttpApi: {CorsConfiguration: {AllowOrigins: ['https://a.example']}}}
Resources:
  Books:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: src/
      Events:
        Get: {Type: HttpApi, Properties: {Path: '/books/{id}', Method: get}}
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes: {$connect: {FunctionArn: !GetAtt Books.Arn}, $default: {FunctionArn: !GetAtt Books.Arn}}
`;

describe('a template of SAM', () => {
  it('is served: an HTTP API by the events of its function, and a WebSocket API', async () => {
    using module = new FunctionModule(
      `export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event.pathParameters ?? {}) });`,
    );
    const gateway = await startGateway({
      templates: [{ fileName: 'template.yaml', text: TEMPLATE }],
      functions: new Map([['Books', { kind: 'module', file: module.file, exportName: 'handler' }]]),
    });
    try {
      const response = await fetch(`${gateway.url}/books/7`, { headers: { origin: 'https://a.example' } });
      expect([response.status, await response.json()]).toEqual([200, { id: '7' }]);
      expect(response.headers.get('access-control-allow-origin')).toBe('https://a.example');
      using client = await WebSocketClient.open(`${gateway.url.replace('http', 'ws')}/default`);
      expect(client).toBeDefined();
    } finally {
      await gateway.stop();
    }
  });
});
