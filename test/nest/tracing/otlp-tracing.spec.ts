import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { type ChannelName } from '../../../src/api/messages.js';
import { LogStore } from '../../../src/nest/store/log-store.js';
import { rawPost, startService } from '../../support/service-app.js';

/** A span in OTLP's JSON, without its times. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status?: { readonly code?: number };
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A collector of OTLP over HTTP, which reads what `/v1/traces` receives. */
async function startCollector() {
  const spans: Span[] = [];
  const services = new Set<unknown>();
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      if (status === 200 && request.url === '/v1/traces') {
        bodies.push(body);
        headers.push(request.headers);
        for (const { resource, scopeSpans } of (JSON.parse(body) as ExportRequest).resourceSpans) {
          services.add(attributesOf(resource)['service.name']);
          spans.push(...scopeSpans.flatMap((scope) => scope.spans));
        }
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    services,
    bodies,
    headers,
    answerWith: (code: number) => void (status = code),
    named: (name: string) => spans.filter((span) => span.name === name),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const attributesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

it('exports a span for each request, with child spans for its parts', async () => {
  await using collector = await startCollector();
  const service = await startService({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_SERVICE_NAME: 'chat',
  });
  await service.send('alice=', { action: 'join', channel: 'news' });
  await service
    .post('/message', 'alice=')
    .set('traceparent', `00-${PARENT.traceId}-${PARENT.spanId}-01`)
    .set('X-Amzn-Trace-Id', 'Root=1-67891233-abcdef012345678912345678')
    .send('{"action":"publish","channel":"news","data":"hello"}');
  // the shutdown exports the remaining spans
  await service[Symbol.asyncDispose]();

  expect([...collector.services]).toEqual(['chat']);
  const request = collector.named('POST /message').find(({ traceId }) => traceId === PARENT.traceId)!;
  expect(request).toMatchObject({ parentSpanId: PARENT.spanId, kind: 2 });
  expect(attributesOf(request)).toMatchObject({
    'http.route': '/message',
    'http.response.status_code': 200,
    connectionId: 'alice=',
    'aws.traceHeader': 'Root=1-67891233-abcdef012345678912345678',
  });
  const partsOf = (whole: Span) =>
    collector.spans.filter(({ parentSpanId }) => parentSpanId === whole.spanId);
  const names = (spans: readonly Span[]) => new Set(spans.map(({ name }) => name));
  expect(names(partsOf(request))).toEqual(new Set(['store touchConnection', 'handle', 'post']));
  const handle = partsOf(request).find(({ name }) => name === 'handle')!;
  expect(attributesOf(handle)).toEqual({ action: 'publish' });
  expect(names(partsOf(handle))).toContain('store append');
  const [toMany, ...others] = collector.named('post to many');
  expect(others).toEqual([]);
  expect(toMany?.traceId).toBe(PARENT.traceId);
  expect(attributesOf(toMany!)).toMatchObject({ recipients: 1, delivered: 1, gone: 0 });
});

it.each([
  ['always_off', undefined, 0],
  ['parentbased_always_off', undefined, 1],
  ['parentbased_traceidratio', '0', 1],
  ['traceidratio', '1', 2],
  ['traceidratio', '0', 0],
])(
  'with OTEL_TRACES_SAMPLER=%s and ratio %s, exports %i of a request with a sampled parent and one without',
  async (OTEL_TRACES_SAMPLER, ratio, expected) => {
    await using collector = await startCollector();
    const service = await startService({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER,
      ...(ratio !== undefined && { OTEL_TRACES_SAMPLER_ARG: ratio }),
    });
    const ping = () => service.post('/message', 'alice=');
    await ping().send('{"action":"ping"}');
    await ping().set('traceparent', `00-${PARENT.traceId}-${PARENT.spanId}-01`).send('{"action":"ping"}');
    await service[Symbol.asyncDispose]();
    expect(collector.named('POST /message')).toHaveLength(expected);
  },
);

it('sends the headers of OTEL_EXPORTER_OTLP_HEADERS', async () => {
  await using collector = await startCollector();
  const service = await startService({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%20key,x-team=chat',
  });
  await service.send('alice=', { action: 'ping' });
  await service[Symbol.asyncDispose]();
  expect(collector.headers[0]).toMatchObject({ 'x-api-key': 'a key', 'x-team': 'chat' });
});

it('makes no traces of what polls: health checks, metrics, and the store outside of requests', async () => {
  await using collector = await startCollector();
  const service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  for (const path of ['/health/live', '/health/ready', '/metrics']) await fetch(`${service.url}${path}`);
  await service.app.get(LogStore).position('news' as ChannelName);
  await service.send('alice=', { action: 'ping' });
  await service[Symbol.asyncDispose]();
  const roots = collector.spans.filter(({ parentSpanId }) => !parentSpanId).map(({ name }) => name);
  expect(roots).toEqual(['POST /message']);
});

it('marks failed spans, without content of clients', async () => {
  await using collector = await startCollector();
  const hidden = ['hidden-token', 'hidden-secret-of-the-gateway', 'hidden-content', 'hidden-query'];
  const [token = '', secret = '', content = '', query = ''] = hidden;
  const service = await startService({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    GATEWAY_SECRET: secret,
  });
  const headers = { GatewaySecret: secret, ConnectionId: 'alice=', Token: token, Authorization: token };
  await rawPost(`${service.url}/connect?token=${query}`, headers);
  await rawPost(`${service.url}/message`, headers, `{"action":"join","channel":"news","id":"${content}"}`);
  service.app.get(LogStore).append = () => Promise.reject(new Error(content));
  await rawPost(
    `${service.url}/message`,
    headers,
    `{"action":"publish","channel":"news","data":"${content}"}`,
  );
  await rawPost(`${service.url}/${query}`, { ...headers, ConnectionId: 'not an id' });
  await service[Symbol.asyncDispose]();

  const failed = collector.spans.filter(({ status }) => status?.code === 2).map(({ name }) => name);
  expect(new Set(failed)).toEqual(new Set(['POST /message', 'handle']));
  expect(collector.named('POST none')).toHaveLength(1);
  for (const secretText of [...hidden, 'not an id']) {
    expect(collector.bodies.join()).not.toContain(secretText);
  }
});

it('logs an unreachable collector once, and continues to serve', async () => {
  await using collector = await startCollector();
  collector.answerWith(400);
  await using service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const said = (msg: string) => service.lines.filter((line) => line['msg'] === msg).length;
  for (const times of [1, 2]) {
    for (let n = 0; n < 600; n += 1) {
      const { status } = await fetch(`${service.url}/nowhere`);
      if (status !== 404) throw new Error(`${status}`);
    }
    await expect.poll(() => said('traces not sent')).toBe(1);
    expect(times).toBeLessThan(3);
  }
  collector.answerWith(200);
  await fetch(`${service.url}/nowhere`);
  await expect.poll(() => said('traces sent again')).toBe(1);
});

it('stops in time when the collector does not respond', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  await fetch(`${service.url}/nowhere`);
  const startedAt = performance.now();
  await service[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(9_000);
  silent.closeAllConnections();
  silent.close();
});

it.each([
  ['', undefined],
  [`00-${PARENT.traceId}-${PARENT.spanId}-01`, PARENT.spanId],
  [`cc-${PARENT.traceId}-${PARENT.spanId}-01-more`, PARENT.spanId],
  [`ff-${PARENT.traceId}-${PARENT.spanId}-01`, undefined],
  [`00-${'0'.repeat(32)}-${PARENT.spanId}-01`, undefined],
  [`00-${PARENT.traceId}-${'0'.repeat(16)}-01`, undefined],
  [`00-${PARENT.traceId.toUpperCase()}-${PARENT.spanId}-01`, undefined],
])('continues the trace of the caller if the traceparent is valid: %s', async (traceparent, parentSpanId) => {
  await using collector = await startCollector();
  const service = await startService({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await fetch(`${service.url}/nowhere`, { headers: { traceparent } });
  await service[Symbol.asyncDispose]();
  expect(collector.named('GET none').map((span) => span.parentSpanId)).toEqual([parentSpanId]);
});
