import { type GatewayEvent } from '../recorder/gateway-event.js';
import { type Copy, type CopyContext } from './copy.js';
import { remarks } from './shell.js';
import { testParts, type TestParts } from './test-parts.js';

/** A test for pytest, with the fixture `gateway` of examples/python-backend. */
export function pytestTest(event: GatewayEvent, context: CopyContext): readonly Copy[] {
  const parts = testParts(event, context);
  if (parts === undefined) return [];
  const { imports, lines } = parts.kind === 'socket' ? socketTest(parts) : requestTest(parts);
  const name = parts.name.replaceAll(/\W+/g, '_').replaceAll(/^_|_$/g, '').toLowerCase();
  const source = [
    ...imports.map((module) => `import ${module}`),
    '',
    '',
    `def test_${name}(gateway):`,
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');
  const recorded = parts.kind === 'socket' ? parts.frame : parts.body;
  const comments = remarks(source, recorded).map((remark) => `# ${remark}\n`);
  return [{ label: 'pytest test', text: `${comments.join('')}${source}` }];
}

interface PythonTest {
  readonly imports: readonly string[];
  readonly lines: readonly string[];
}

function socketTest(test: Extract<TestParts, { readonly kind: 'socket' }>): PythonTest {
  const { type, stage, query, headers, protocols, frame, outcome, sent, replies } = test;
  const connect = [
    `gateway.websocket_url(${literal(stage)})${query === '' ? '' : ` + ${literal(query)}`}`,
    ...(headers.length > 0 ? [`header=${literal(headers.map(([name, value]) => `${name}: ${value}`))}`] : []),
    ...(protocols.length > 0 ? [`subprotocols=${literal(protocols)}`] : []),
    'timeout=10',
  ].join(', ');
  const isOpened = type === 'message' || outcome.result === 'connected';
  const events = `/_gateway/events?type=${type}&limit=1&wait=10s`;
  return {
    imports: isOpened ? ['websocket'] : ['pytest', 'websocket'],
    lines: [
      ...(isOpened
        ? [`client = websocket.create_connection(${connect})`]
        : [
            'with pytest.raises(websocket.WebSocketBadStatusException):',
            `    websocket.create_connection(${connect})`,
          ]),
      ...(frame === undefined ? [] : [`client.send(${literal(frame.text)})`]),
      ...(replies.length === 0 ? [] : [`assert client.recv() == ${literal(replies[0])}`]),
      `[event] = gateway.get(${literal(events)})["items"]`,
      `assert event["outcome"]["result"] == ${literal(outcome.result)}`,
      ...(outcome.status === undefined ? [] : [`assert event["outcome"]["status"] == ${outcome.status}`]),
      ...(sent === undefined
        ? []
        : [
            '[sent] = [step for step in event["steps"] if step["step"] == "integration_request"]',
            ...Object.entries(sent).map(([member, value]) =>
              member === 'body'
                ? `assert sent["body"]["text"] == ${literal((value as { readonly text: string }).text)}`
                : `assert sent[${literal(member)}] == ${literal(value)}`,
            ),
          ]),
      ...(isOpened ? ['client.close()'] : []),
    ],
  };
}

function requestTest(test: Extract<TestParts, { readonly kind: 'request' }>): PythonTest {
  const { stage, path, method, headers, body, status, responseBody } = test;
  const prefix = stage === '$default' ? '' : `/${stage}`;
  const data =
    body === undefined
      ? 'None'
      : body.isBase64 === true
        ? `base64.b64decode(${literal(body.text)})`
        : `${literal(body.text)}.encode()`;
  const request = [
    `gateway.url + ${literal(`${prefix}${path}`)}`,
    data,
    `dict(${literal(headers)})`,
    `method=${literal(method)}`,
  ].join(', ');
  const expectations = [
    `assert response.status == ${status}`,
    ...(responseBody === undefined ? [] : [`assert response.read().decode() == ${literal(responseBody)}`]),
  ];
  return {
    imports: [
      ...(body?.isBase64 === true ? ['base64'] : []),
      ...(status >= 400 ? ['pytest', 'urllib.error'] : []),
      'urllib.request',
    ],
    lines: [
      `request = urllib.request.Request(${request})`,
      // urllib raises a response of 400 and more
      ...(status >= 400
        ? [
            'with pytest.raises(urllib.error.HTTPError) as raised:',
            '    urllib.request.urlopen(request, timeout=30)',
            'response = raised.value',
            ...expectations,
          ]
        : [
            'with urllib.request.urlopen(request, timeout=30) as response:',
            ...expectations.map((line) => `    ${line}`),
          ]),
    ],
  };
}

/** The JSON of strings and lists is Python. */
const literal = (value: unknown) => JSON.stringify(value);
