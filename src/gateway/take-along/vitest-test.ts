import { type GatewayEvent } from '../recorder/gateway-event.js';
import { type Copy, type CopyContext } from './copy.js';
import { remarks } from './shell.js';
import { testParts, type TestParts } from './test-parts.js';

/** A test that does what the client did, with `startGateway`, and expects what was recorded. */
export function vitestTest(event: GatewayEvent, context: CopyContext): readonly Copy[] {
  const parts = testParts(event, context);
  if (parts === undefined) return [];
  const body = parts.kind === 'socket' ? socketLines(parts) : requestLines(parts);
  const target = parts.hasTarget
    ? [
        "    targets: { 'your-nlb': '127.0.0.1:3000' }, // the load balancer in the template, and your backend",
      ]
    : [];
  const source = [
    "import { startGateway } from 'backchannel-gateway';",
    "import { afterAll, beforeAll, expect, test } from 'vitest';",
    '',
    'let gateway;',
    'beforeAll(async () => {',
    '  gateway = await startGateway({',
    "    template: 'template.yaml', // your template",
    ...target,
    '  });',
    '});',
    'afterAll(() => gateway.close());',
    '',
    `test(${literal(parts.name)}, async () => {`,
    ...body.map((line) => `  ${line}`),
    '});',
    '',
  ].join('\n');
  const recorded = parts.kind === 'socket' ? parts.frame : parts.body;
  const comments = remarks(source, recorded).map((remark) => `// ${remark}\n`);
  return [{ label: 'Vitest test', text: `${comments.join('')}${source}` }];
}

function socketLines(test: Extract<TestParts, { readonly kind: 'socket' }>): readonly string[] {
  const { type, stage, query, headers, protocols, frame, outcome, sent, replies } = test;
  const options = {
    ...(protocols.length > 0 && { protocols }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
  };
  const more = Object.keys(options).length === 0 ? '' : `, ${literal(options)}`;
  const url = `gateway.webSocketUrl(${literal(stage)})${query === '' ? '' : ` + ${literal(query)}`}`;
  const isOpened = type === 'message' || outcome.result === 'connected';
  return [
    `const client = new WebSocket(${url}${more});`,
    'await new Promise((resolve, reject) => {',
    isOpened ? '  client.onopen = resolve;' : "  client.onopen = () => reject(new Error('it was accepted'));",
    isOpened
      ? "  client.onerror = () => reject(new Error('the handshake failed'));"
      : '  client.onerror = resolve;',
    '});',
    ...(replies.length === 0
      ? []
      : ['const reply = new Promise((resolve) => (client.onmessage = ({ data }) => resolve(data)));']),
    ...(frame === undefined ? [] : [`client.send(${literal(frame.text)});`]),
    `const { steps, outcome } = await gateway.waitFor({ type: ${literal(type)} });`,
    `expect(outcome).toMatchObject(${literal({ result: outcome.result, ...(outcome.status !== undefined && { status: outcome.status }) })});`,
    ...(sent === undefined
      ? []
      : [
          "const sent = steps.find(({ step }) => step === 'integration_request');",
          `expect(sent).toMatchObject(${literal(sent)});`,
        ]),
    ...(replies.length === 0 ? [] : [`expect(await reply).toBe(${literal(replies[0])});`]),
    ...(isOpened ? ['client.close();'] : []),
  ];
}

function requestLines(test: Extract<TestParts, { readonly kind: 'request' }>): readonly string[] {
  const { stage, path, method, headers, body, status, responseBody } = test;
  const bytes = body?.isBase64 === true ? `Buffer.from(${literal(body.text)}, 'base64')` : undefined;
  return [
    `const response = await fetch(gateway.url(${literal(stage)}) + ${literal(path)}, {`,
    `  method: ${literal(method)},`,
    `  headers: ${literal(headers)},`,
    ...(body === undefined ? [] : [`  body: ${bytes ?? literal(body.text)},`]),
    '});',
    `expect(response.status).toBe(${status});`,
    ...(responseBody === undefined ? [] : [`expect(await response.text()).toBe(${literal(responseBody)});`]),
  ];
}

/** JSON is JavaScript. */
const literal = (value: unknown) => JSON.stringify(value);
