import { request as httpRequest } from 'node:http';
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  CreateStageCommand,
  DeleteDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { HttpApiInTarget, proxiedApi } from '../../conformance/http-api-under-test.js';
import { WebSocketClient } from '../../support/web-socket-client.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';

/** A request with its own `Host`. */
const requestWith = async (url: string, host: string, headers: Record<string, string> = {}) =>
  new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const sent = httpRequest(url, { headers: { host, ...headers } }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.once('error', reject).end();
  });

const HANDSHAKE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

const origin = (api: HttpApiInTarget) => new URL(api.url).origin;
const hostOf = (api: HttpApiInTarget) => `${api.apiId}.execute-api.us-east-1.amazonaws.com`;

describe('an HTTP API named by the Host', () => {
  it.each(['/v2/apis', '/_gateway/health', '/vpclinks', '/dev/@connections/a'])(
    'serves %s itself: no path of the gateway shadows its routes',
    async (path) => {
      await using served = await proxiedApi(['$default']);
      await requestWith(origin(served.api) + path, hostOf(served.api));
      expect((await served.backend.next()).url).toBe(path);
    },
  );

  it('may be called by any web page, as on AWS', async () => {
    await using served = await proxiedApi(['$default']);
    const { status } = await requestWith(`${origin(served.api)}/v2/apis`, hostOf(served.api), {
      origin: 'https://evil.example',
    });
    expect(status).toBe(200);
    expect((await served.backend.next()).headers.origin).toBe('https://evil.example');
  });

  it('H4.21: serves a WebSocket handshake as an ordinary request', async () => {
    await using served = await proxiedApi(['$default']);
    const { status } = await requestWith(`${origin(served.api)}/x`, hostOf(served.api), HANDSHAKE);
    expect(status).toBe(200);
    expect((await served.backend.next()).headers).not.toHaveProperty('upgrade');
  });

  it('H4.20: answers Expect: 100-continue itself, and forwards the body only', async () => {
    await using served = await proxiedApi(['POST /p']);
    const continued = Promise.withResolvers<void>();
    const sent = httpRequest(`${origin(served.api)}/p`, {
      method: 'POST',
      headers: { host: hostOf(served.api), expect: '100-continue', 'content-length': '5' },
    });
    sent.once('continue', continued.resolve).once('error', continued.reject);
    sent.flushHeaders();
    await continued.promise;
    sent.end('hello');
    const { body, headers } = await served.backend.next();
    expect([body, headers.expect]).toEqual(['hello', undefined]);
  });

  it('H10.13: gets 400 for a path that cannot be decoded', async () => {
    await using served = await proxiedApi(['$default']);
    expect(await requestWith(`${origin(served.api)}/%ff`, hostOf(served.api))).toEqual({
      status: 400,
      body: '{"message":"Bad Request"}',
    });
  });
});

describe('an HTTP API without a name in the request', () => {
  it('is the only one, and the control plane stays where it is', async () => {
    await using served = await proxiedApi(['$default']);
    await fetch(`${origin(served.api)}/books`);
    expect((await served.backend.next()).url).toBe('/books');
    expect((await fetch(`${origin(served.api)}/v2/apis`)).status).toBe(200);
  });

  it('H4.21: is served a WebSocket handshake as an ordinary request', async () => {
    await using served = await proxiedApi(['$default']);
    const { host } = new URL(served.api.url);
    const { status } = await requestWith(`${origin(served.api)}/chat`, host, HANDSHAKE);
    expect([status, (await served.backend.next()).url]).toEqual([200, '/chat']);
  });

  it('stands beside a WebSocket API', async () => {
    await using gateway = await DeployedGateway.start({ $default: {} });
    const { url } = gateway.gateway;
    await gateway.control.send(
      new CreateApiCommand({
        Name: 'books',
        ProtocolType: 'HTTP',
        Target: 'http://127.0.0.1:1/',
      }),
    );
    using _ = await WebSocketClient.open(gateway.webSocketUrl);
    expect((await fetch(`${url}/books`)).status).toBe(503);
  });
});

describe('a custom domain name', () => {
  it('H1.11 to H1.14: leads to the stage of its longest mapping, whose routes see the rest', async () => {
    await using served = await proxiedApi(['ANY /{proxy+}', 'GET /'], {
      stages: { dev: {} },
      api: { DisableExecuteApiEndpoint: true },
      integration: (url) => ({
        IntegrationUri: url,
        RequestParameters: {
          'append:header.base': '$context.customDomain.basePathMatched',
          'append:header.seen': '$request.path',
          'append:header.prefix': '$context.domainPrefix',
          'append:header.stage': '$context.stage',
        },
      }),
    });
    const { apiId: ApiId, control } = served.api;
    const DomainName = 'books.example.com';
    await control.send(
      new CreateDomainNameCommand({
        DomainName,
        DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1' }],
      }),
    );
    await control.send(new CreateStageCommand({ ApiId, StageName: 'other' }));
    for (const [ApiMappingKey, Stage] of [
      ['v1', 'dev'],
      ['v1/none', 'other'],
    ] as const) {
      await control.send(new CreateApiMappingCommand({ DomainName, ApiId, Stage, ApiMappingKey }));
    }
    await requestWith(`${origin(served.api)}/v1/orders/7`, DomainName);
    expect((await served.backend.next()).headers).toMatchObject({
      base: 'v1',
      seen: '/orders/7',
      prefix: 'books',
      stage: 'dev',
      forwarded: expect.stringContaining(`host=${DomainName}`) as string,
    });
    await requestWith(`${origin(served.api)}/v1`, DomainName);
    expect((await served.backend.next()).headers['seen']).toBe('/');
    // nothing is deployed to the stage of the longer mapping
    expect((await requestWith(`${origin(served.api)}/v1/none/x`, DomainName)).status).toBe(404);
    expect((await requestWith(`${origin(served.api)}/v2x`, DomainName)).status).toBe(403);
    await control.send(new DeleteDomainNameCommand({ DomainName }));
  });
});

describe('faults', () => {
  it('are injected into integrations of HTTP APIs', async () => {
    await using served = await proxiedApi(['$default']);
    const faults = { integrationFailure: { rate: 1 } };
    await fetch(`${origin(served.api)}/_gateway/faults`, {
      method: 'PUT',
      body: JSON.stringify(faults),
      headers: { 'content-type': 'application/json' },
    });
    expect((await served.api.request('/books')).status).toBe(503);
    expect(served.backend.unexpected).toEqual([]);
  });
});
