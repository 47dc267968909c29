import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/** Single files of the gateway that everything in it may import. */
const GATEWAY_TABLES = [
  'clock',
  'errors',
  'faults',
  'http-body',
  'ids',
  'limits',
  'settings-file',
  'silent',
  'usage-error',
].map((file) => `gateway/${file}`);

/** What both pipelines of the gateway call. */
const GATEWAY_SHARED = [
  'gateway/access-log',
  'gateway/throttle',
  'gateway/integrations',
  'gateway/authorizers',
  'gateway/control',
  'gateway/mapping',
  'gateway/vtl',
  'gateway/lambda',
  'gateway/iam',
  ...GATEWAY_TABLES,
];

/** What every part of the Nest module may import. */
const NEST_TOOLS = [
  'api',
  'nest/aws',
  'nest/http',
  'nest/metrics',
  'nest/tracing',
  'nest/logging',
  'nest/backoff',
  'nest/describe-issue',
  'nest/loopback',
  'nest/config',
];

/**
 * Who may import whom: each part, named by its path below `src`, with the parts that it may import besides itself.
 * The longest name that fits a file is its part. No part may import one that stands above it in its group.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // the contract
  api: [],
  // what every program begins with
  program: [],
  // the definition, sent to AWS or to a gateway
  cdk: ['api', 'program'],
  local: ['api', 'program'],
  // the ready service
  service: [
    'program',
    'nest/operation',
    'nest/routes',
    'nest/backend-api',
    'nest/authentication',
    'nest/messages',
    'nest/channels',
    'nest/connections',
    'nest/callback',
    'nest/store',
    'service/configuration',
    ...NEST_TOOLS,
  ],
  'service/configuration': ['api', 'nest/config', 'nest/loopback'],
  // the Nest module, from API Gateway's request down to the callback and the store
  'nest/operation': ['nest/channels', 'nest/connections', 'nest/callback', 'nest/store', ...NEST_TOOLS],
  'nest/routes': ['nest/authentication', 'nest/messages', 'nest/channels', 'nest/connections', ...NEST_TOOLS],
  'nest/backend-api': [
    'nest/authentication',
    'nest/channels',
    'nest/connections',
    'nest/callback',
    'nest/store',
    ...NEST_TOOLS,
  ],
  'nest/messages': ['nest/channels', 'nest/connections', 'nest/callback', 'nest/store', ...NEST_TOOLS],
  'nest/channels': ['nest/connections', 'nest/callback', 'nest/store', ...NEST_TOOLS],
  'nest/connections': ['nest/callback', 'nest/store', ...NEST_TOOLS],
  'nest/callback': NEST_TOOLS,
  'nest/store': NEST_TOOLS,
  'nest/authentication': NEST_TOOLS,
  'nest/http': ['api'],
  'nest/aws': ['nest/loopback'],
  'nest/metrics': ['api'],
  'nest/tracing': ['api', 'nest/config', 'nest/logging'],
  'nest/logging': ['api', 'nest/config'],
  'nest/backoff': [],
  'nest/config': [],
  'nest/describe-issue': [],
  'nest/loopback': [],
  // the stand-in: nothing of ours, as if it were AWS
  gateway: [
    'gateway/program',
    'gateway/cli',
    'gateway/cloudformation',
    'gateway/admin',
    'gateway/front',
    'gateway/websocket',
    ...GATEWAY_SHARED,
  ],
  'gateway/program': [],
  'gateway/cli': ['gateway/cloudformation', 'gateway/front', 'gateway/websocket', ...GATEWAY_SHARED],
  'gateway/cloudformation': ['gateway/websocket', ...GATEWAY_SHARED],
  'gateway/admin': ['gateway/websocket', ...GATEWAY_TABLES],
  'gateway/front': ['gateway/control', 'gateway/iam', ...GATEWAY_TABLES],
  'gateway/websocket': ['gateway/front', ...GATEWAY_SHARED],
  'gateway/integrations': [
    'gateway/websocket',
    'gateway/control',
    'gateway/lambda',
    'gateway/iam',
    'gateway/mapping',
    ...GATEWAY_TABLES,
  ],
  'gateway/authorizers': [
    'gateway/websocket',
    'gateway/integrations',
    'gateway/control',
    'gateway/throttle',
    'gateway/mapping',
    'gateway/lambda',
    'gateway/iam',
    ...GATEWAY_TABLES,
  ],
  'gateway/access-log': ['gateway/mapping', ...GATEWAY_TABLES],
  'gateway/throttle': GATEWAY_TABLES,
  'gateway/control': ['gateway/mapping', ...GATEWAY_TABLES],
  'gateway/vtl': ['gateway/mapping', ...GATEWAY_TABLES],
  'gateway/lambda': GATEWAY_TABLES,
  'gateway/iam': GATEWAY_TABLES,
  'gateway/mapping': ['gateway/silent'],
  ...Object.fromEntries(
    GATEWAY_TABLES.map((part) => [part, GATEWAY_TABLES.filter((other) => other !== part)]),
  ),
};

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

/** One sentence for each import that the table does not allow. */
function violations(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, source]) =>
    [...source.matchAll(IMPORT)].flatMap(([, specifier = '']) => {
      const from = partOf(file);
      const target = posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
      const to = partOf(target);
      return from === to || MAY_IMPORT[from]?.includes(to)
        ? []
        : [`${file} imports ${target}: ${from} may not import ${to}`];
    }),
  );
}

function partOf(file: string): string {
  const path = file.replace(/\.ts$/, '');
  const parts = Object.keys(MAY_IMPORT).filter((part) => path === part || path.startsWith(`${part}/`));
  return parts.toSorted((a, b) => b.length - a.length)[0] ?? `no part (${file})`;
}

const sources = new Map(
  globSync('**/*.ts', { cwd: SRC }).map((file) => [
    file.replaceAll('\\', '/'),
    readFileSync(join(SRC, file), 'utf8'),
  ]),
);

describe('the architecture', () => {
  it('has every import going the way that the design says', () => {
    expect(violations(sources)).toEqual([]);
  });

  it.each([
    ['api/planted.ts', '../nest/http/problem.js', 'api may not import nest/http'],
    ['cdk/planted.ts', '../gateway/gateway.js', 'cdk may not import gateway'],
    ['local/planted.ts', '../gateway/gateway.js', 'local may not import gateway'],
    ['nest/planted.ts', '../gateway/limits.js', 'no part (nest/planted.ts) may not import gateway/limits'],
    ['nest/routes/planted.ts', '../../gateway/limits.js', 'nest/routes may not import gateway/limits'],
    [
      'nest/store/planted.ts',
      '../callback/deliver-to-recipients.js',
      'nest/store may not import nest/callback',
    ],
    ['nest/http/planted.ts', '../store/store.js', 'nest/http may not import nest/store'],
    [
      'nest/authentication/planted.ts',
      '../routes/gateway-request.js',
      'nest/authentication may not import nest/routes',
    ],
    [
      'nest/routes/planted.ts',
      '../../service/configuration/read-config.js',
      'nest/routes may not import service/configuration',
    ],
    ['nest/channels/planted.ts', '../messages/dispatcher.js', 'nest/channels may not import nest/messages'],
    ['gateway/planted.ts', '../api/definition.js', 'gateway may not import api'],
    [
      'gateway/mapping/planted.ts',
      '../websocket/pipeline.js',
      'gateway/mapping may not import gateway/websocket',
    ],
    ['planted.ts', './api/errors.js', 'no part (planted.ts) may not import api'],
  ])('would not let %s import %s', (file, specifier, reason) => {
    const found = violations(new Map([...sources, [file, `import { x } from '${specifier}';`]]));
    expect(found).toEqual([expect.stringContaining(reason)]);
  });

  it('has a row for no part that is not there', () => {
    const files = [...sources.keys()];
    const isThere = (part: string) =>
      files.some((file) => file === `${part}.ts` || file.startsWith(`${part}/`));
    expect(Object.keys(MAY_IMPORT).filter((part) => !isThere(part))).toEqual([]);
  });

  it('has no barrels: a file is imported by its own name', () => {
    expect([...sources.keys()].filter((file) => file.endsWith('index.ts'))).toEqual([]);
  });
});
