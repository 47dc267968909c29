import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PUBLISHED } from '../scripts/workspaces.ts';

const SRC = join(import.meta.dirname, '../src');

/** Files of the gateway that all its parts may import. */
const GATEWAY_TABLES = [
  'body-schema',
  'clock',
  'errors',
  'faults',
  'escape-controls',
  'hop-by-hop-headers',
  'http-body',
  'ids',
  'limits',
  'linear-patterns',
  'optional-package',
  'prices',
  'settings-file',
  'silent',
  'stage-address',
  'usage-error',
  'wildcards',
].map((file) => `gateway/${file}`);

/** The parts that both pipelines of the gateway use. */
const GATEWAY_SHARED = [
  'gateway/access-log',
  'gateway/throttle',
  'gateway/recorder',
  'gateway/integrations',
  'gateway/authorizers',
  'gateway/control',
  'gateway/mapping',
  'gateway/vtl',
  'gateway/lambda',
  'gateway/iam',
  ...GATEWAY_TABLES,
];

/** The parts that every part of the Nest module may import. */
const NEST_TOOLS = [
  'api',
  'nest/aws',
  'nest/http',
  'nest/json',
  'nest/metrics',
  'nest/tracing',
  'nest/logging',
  'nest/backoff',
  'nest/describe-issue',
  'nest/loopback',
  'nest/optional-package',
  'nest/config',
];

/** The parts that an application is made of. */
const NEST_PARTS = [
  'nest/operation',
  'nest/routes',
  'nest/lifecycle',
  'nest/backend-api',
  'nest/describe',
  'nest/authentication',
  'nest/messages',
  'nest/handlers',
  'nest/channels',
  'nest/connections',
  'nest/callback',
  'nest/store',
];

/**
 * Who may import whom: each part by its path below `src`, with the parts that it may import besides itself. A file
 * belongs to the part with the longest matching path. No part may import one above it in its group.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // the contract
  api: [],
  // the first imports of every program
  program: [],
  // the client takes types of the contract; applications' tests take the fake service beside it
  client: ['api'],
  'client/testing': ['api', 'client'],
  // the deployment to AWS, and to a gateway
  cdk: ['api', 'program'],
  local: ['api', 'program'],
  // the checks of a live set-up
  doctor: [],
  // the ready service
  service: ['program', 'nest/application', 'nest/options', 'nest/environment', ...NEST_PARTS, ...NEST_TOOLS],
  // the Nest module, from its public face and API Gateway's request down to the callback and the store
  'nest/index': ['nest/application', 'nest/options', ...NEST_PARTS, ...NEST_TOOLS],
  // for tests of applications
  'nest/testing': ['nest/callback', ...NEST_TOOLS],
  'nest/application': ['nest/options', ...NEST_PARTS, ...NEST_TOOLS],
  'nest/options': ['api', 'nest/channels', 'nest/config', 'nest/environment'],
  'nest/environment': ['api', 'nest/config', 'nest/loopback'],
  'nest/operation': ['nest/channels', 'nest/connections', 'nest/callback', 'nest/store', ...NEST_TOOLS],
  'nest/routes': [
    'nest/authentication',
    'nest/lifecycle',
    'nest/messages',
    'nest/channels',
    'nest/connections',
    ...NEST_TOOLS,
  ],
  'nest/lifecycle': ['nest/handlers', 'nest/connections', ...NEST_TOOLS],
  'nest/handlers': ['nest/connections', ...NEST_TOOLS],
  'nest/backend-api': [
    'nest/authentication',
    'nest/describe',
    'nest/messages',
    'nest/channels',
    'nest/connections',
    'nest/callback',
    'nest/store',
    ...NEST_TOOLS,
  ],
  'nest/describe': ['nest/messages', 'nest/handlers', ...NEST_TOOLS],
  'nest/messages': [
    'nest/handlers',
    'nest/channels',
    'nest/connections',
    'nest/callback',
    'nest/store',
    ...NEST_TOOLS,
  ],
  'nest/channels': ['nest/connections', 'nest/callback', 'nest/store', ...NEST_TOOLS],
  'nest/connections': ['nest/callback', 'nest/store', ...NEST_TOOLS],
  'nest/callback': NEST_TOOLS,
  'nest/store': NEST_TOOLS,
  'nest/authentication': NEST_TOOLS,
  'nest/http': ['api'],
  'nest/json': ['api'],
  'nest/aws': ['nest/loopback'],
  'nest/metrics': ['api'],
  'nest/tracing': ['api', 'nest/config', 'nest/logging', 'nest/optional-package'],
  'nest/logging': ['api', 'nest/config'],
  'nest/backoff': [],
  'nest/config': [],
  'nest/optional-package': ['nest/config'],
  'nest/describe-issue': [],
  'nest/loopback': [],
  // the stand-in imports nothing of ours, as if it were AWS; from the command line down to mapping
  'gateway/main': ['gateway/program', 'gateway/cli'],
  'gateway/index': [
    'gateway/harness',
    'gateway/admin',
    'gateway/recorder',
    'gateway/lambda',
    ...GATEWAY_TABLES,
  ],
  'gateway/harness': [
    'gateway/gateway',
    'gateway/gateway-options',
    'gateway/api-summary',
    'gateway/cli',
    'gateway/front',
    'gateway/cloudformation',
    'gateway/admin',
    'gateway/integrations',
    'gateway/recorder',
    'gateway/lambda',
    'gateway/iam',
    ...GATEWAY_TABLES,
  ],
  'gateway/program': [],
  'gateway/cli': [
    'gateway/gateway',
    'gateway/cost',
    'gateway/names',
    'gateway/cloud-assembly',
    'gateway/deployed-stack',
    'gateway/cloudformation',
    'gateway/front',
    'gateway/integrations',
    'gateway/lambda',
    'gateway/iam',
    'gateway/throttle',
    'gateway/replay',
    'gateway/remote',
    'gateway/session',
    'gateway/story',
    'gateway/recorder',
    ...GATEWAY_TABLES,
  ],
  // another gateway, by its URL
  'gateway/replay': [
    'gateway/remote',
    'gateway/session',
    'gateway/story',
    'gateway/recorder',
    ...GATEWAY_TABLES,
  ],
  'gateway/remote': ['gateway/recorder', ...GATEWAY_TABLES],
  'gateway/gateway-options': [
    'gateway/cloudformation',
    'gateway/iam',
    'gateway/integrations',
    'gateway/lambda',
    'gateway/throttle',
  ],
  'gateway/gateway': [
    'gateway/gateway-options',
    'gateway/names',
    'gateway/api-summary',
    'gateway/cloudformation',
    'gateway/admin',
    'gateway/front',
    'gateway/websocket',
    'gateway/http',
    ...GATEWAY_SHARED,
  ],
  'gateway/cloud-assembly': ['gateway/cloudformation', ...GATEWAY_TABLES],
  'gateway/deployed-stack': ['gateway/cloudformation', ...GATEWAY_TABLES],
  'gateway/cloudformation': [
    'gateway/websocket',
    'gateway/http',
    'gateway/integrations',
    'gateway/control',
    'gateway/mapping',
    'gateway/vtl',
    'gateway/lambda',
    ...GATEWAY_TABLES,
  ],
  'gateway/front': [
    'gateway/admin',
    'gateway/websocket',
    'gateway/http',
    'gateway/control',
    'gateway/iam',
    'gateway/recorder',
    ...GATEWAY_TABLES,
  ],
  'gateway/admin': [
    'gateway/websocket',
    'gateway/integrations',
    'gateway/remote',
    'gateway/story',
    'gateway/control',
    'gateway/throttle',
    'gateway/session',
    'gateway/recorder',
    ...GATEWAY_TABLES,
  ],
  'gateway/names': [
    'gateway/cloudformation',
    'gateway/integrations',
    'gateway/control',
    'gateway/mapping',
    ...GATEWAY_TABLES,
  ],
  'gateway/api-summary': [],
  'gateway/websocket': GATEWAY_SHARED,
  'gateway/http': GATEWAY_SHARED,
  'gateway/integrations': [
    'gateway/control',
    'gateway/lambda',
    'gateway/iam',
    'gateway/recorder',
    ...GATEWAY_TABLES,
  ],
  'gateway/authorizers': [
    'gateway/control',
    'gateway/mapping',
    'gateway/lambda',
    'gateway/iam',
    'gateway/recorder',
    ...GATEWAY_TABLES,
  ],
  'gateway/access-log': ['gateway/mapping', ...GATEWAY_TABLES],
  'gateway/throttle': GATEWAY_TABLES,
  // the page runs in the browser
  'gateway/inspector': [
    'gateway/faults',
    'gateway/take-along',
    'gateway/session',
    'gateway/meter',
    'gateway/story',
    'gateway/recorder',
    'gateway/faults',
    'gateway/limits',
    'gateway/prices',
  ],
  'gateway/cost': ['gateway/cloudformation', 'gateway/meter', ...GATEWAY_TABLES],
  'gateway/meter': ['gateway/story', 'gateway/recorder', ...GATEWAY_TABLES],
  'gateway/take-along': ['gateway/story', 'gateway/recorder'],
  'gateway/session': ['gateway/story', 'gateway/recorder', ...GATEWAY_TABLES],
  'gateway/story': ['gateway/recorder', ...GATEWAY_TABLES],
  'gateway/recorder': GATEWAY_TABLES,
  'gateway/control': ['gateway/mapping', ...GATEWAY_TABLES],
  'gateway/vtl': ['gateway/mapping', ...GATEWAY_TABLES],
  'gateway/lambda': GATEWAY_TABLES,
  'gateway/iam': GATEWAY_TABLES,
  'gateway/mapping': ['gateway/hop-by-hop-headers', 'gateway/silent'],
  ...Object.fromEntries(
    GATEWAY_TABLES.map((part) => [part, GATEWAY_TABLES.filter((other) => other !== part)]),
  ),
};

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

type Sources = ReadonlyMap<string, string>;

/** The files that a file imports, type-only and dynamic imports included. */
function importsOf(file: string, source: string): readonly string[] {
  return [...source.matchAll(IMPORT)].map(([, specifier = '']) => {
    const path = posix.join(posix.dirname(file), specifier).replace(/\.js$/, '');
    return existsSync(join(SRC, `${path}.tsx`)) ? `${path}.tsx` : `${path}.ts`;
  });
}

/** One sentence for each import that the table does not allow. */
function violations(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) =>
    importsOf(file, source).flatMap((target) => {
      const from = partOf(file);
      const to = partOf(target);
      return from === to || MAY_IMPORT[from]?.includes(to)
        ? []
        : [`${file} imports ${target}: ${from} may not import ${to}`];
    }),
  );
}

function partOf(file: string): string {
  const path = file.replace(/\.tsx?$/, '');
  const parts = Object.keys(MAY_IMPORT).filter((part) => path === part || path.startsWith(`${part}/`));
  return parts.toSorted((a, b) => b.length - a.length)[0] ?? `no part (${file})`;
}

/** The cycles that a depth-first search meets, as `a.ts → b.ts → a.ts`; none if there is no cycle. */
function cycles(sources: Sources): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    else if (!finished.has(file)) {
      for (const target of importsOf(file, sources.get(file) ?? '')) visit(target, [...path, file]);
      finished.add(file);
    }
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

const sources: Sources = new Map(
  globSync('**/*.{ts,tsx}', { cwd: SRC }).map((file) => [
    file.replaceAll('\\', '/'),
    readFileSync(join(SRC, file), 'utf8'),
  ]),
);

describe('the imports', () => {
  it('follow the design', () => {
    expect(violations(sources)).toEqual([]);
  });

  it('have no cycle, type-only imports included', () => {
    expect(cycles(sources)).toEqual([]);
  });

  it.each([
    // the contract; a folder without a row may import nothing until it has one
    ['agent/planted.ts', '../nest/http/problem.js', 'no part (agent/planted.ts) may not import nest/http'],
    ['api/planted.ts', '../nest/http/problem.js', 'api may not import nest/http'],
    ['api/planted.ts', '../gateway/limits.js', 'api may not import gateway/limits'],
    // the client
    ['client/planted.ts', '../nest/http/problem.js', 'client may not import nest/http'],
    ['client/planted.ts', './testing/fake-clock.js', 'client may not import client/testing'],
    // the deployment
    ['cdk/planted.ts', '../gateway/gateway.js', 'cdk may not import gateway'],
    ['cdk/planted.ts', '../nest/store/store.js', 'cdk may not import nest/store'],
    ['local/planted.ts', '../gateway/gateway.js', 'local may not import gateway'],
    ['local/planted.ts', '../cdk/app.js', 'local may not import cdk'],
    // the doctor
    ['doctor/planted.ts', '../api/quotas.js', 'doctor may not import api'],
    ['doctor/planted.ts', '../gateway/limits.js', 'doctor may not import gateway/limits'],
    ['gateway/cli/planted.ts', '../../doctor/run-doctor.js', 'gateway/cli may not import doctor'],
    // the service and the Nest module, in their order
    ['service/planted.ts', '../gateway/limits.js', 'service may not import gateway/limits'],
    ['nest/planted.ts', '../gateway/limits.js', 'no part (nest/planted.ts) may not import gateway/limits'],
    ['nest/routes/planted.ts', '../../gateway/limits.js', 'nest/routes may not import gateway/limits'],
    ['nest/routes/planted.ts', '../backend-api/x.js', 'nest/routes may not import nest/backend-api'],
    ['nest/backend-api/planted.ts', '../routes/x.js', 'nest/backend-api may not import nest/routes'],
    ['nest/messages/planted.ts', '../routes/x.js', 'nest/messages may not import nest/routes'],
    ['nest/channels/planted.ts', '../messages/dispatcher.js', 'nest/channels may not import nest/messages'],
    ['nest/connections/planted.ts', '../channels/x.js', 'nest/connections may not import nest/channels'],
    ['nest/callback/planted.ts', '../connections/x.js', 'nest/callback may not import nest/connections'],
    ['nest/store/planted.ts', '../callback/x.js', 'nest/store may not import nest/callback'],
    ['nest/http/planted.ts', '../store/store.js', 'nest/http may not import nest/store'],
    ['nest/authentication/planted.ts', '../routes/x.js', 'nest/authentication may not import nest/routes'],
    [
      'nest/routes/planted.ts',
      '../environment/read-config.js',
      'nest/routes may not import nest/environment',
    ],
    // the gateway is sealed
    ['gateway/gateway.ts', '../api/definition.js', 'gateway/gateway may not import api'],
    ['gateway/cli/planted.ts', '../../program/x.js', 'gateway/cli may not import program'],
    ['gateway/control/planted.ts', '../../api/quotas.js', 'gateway/control may not import api'],
    ['gateway/websocket/planted.ts', '../../nest/store/x.js', 'gateway/websocket may not import nest/store'],
    // the gateway's order
    ['gateway/front/planted.ts', '../gateway.js', 'gateway/front may not import gateway/gateway'],
    ['gateway/websocket/planted.ts', '../front/x.js', 'gateway/websocket may not import gateway/front'],
    ['gateway/http/planted.ts', '../websocket/x.js', 'gateway/http may not import gateway/websocket'],
    [
      'gateway/integrations/planted.ts',
      '../websocket/x.js',
      'gateway/integrations may not import gateway/websocket',
    ],
    [
      'gateway/authorizers/planted.ts',
      '../websocket/x.js',
      'gateway/authorizers may not import gateway/websocket',
    ],
    [
      'gateway/authorizers/planted.ts',
      '../integrations/x.js',
      'gateway/authorizers may not import gateway/integrations',
    ],
    ['gateway/control/planted.ts', '../websocket/x.js', 'gateway/control may not import gateway/websocket'],
    [
      'gateway/lambda/planted.ts',
      '../integrations/x.js',
      'gateway/lambda may not import gateway/integrations',
    ],
    ['gateway/iam/planted.ts', '../authorizers/x.js', 'gateway/iam may not import gateway/authorizers'],
    ['gateway/vtl/planted.ts', '../websocket/x.js', 'gateway/vtl may not import gateway/websocket'],
    ['gateway/mapping/planted.ts', '../vtl/x.js', 'gateway/mapping may not import gateway/vtl'],
    // a file outside all parts
    ['planted.ts', './api/errors.js', 'no part (planted.ts) may not import api'],
  ])('would be refused: %s importing %s', (file, specifier, reason) => {
    const source = `${sources.get(file) ?? ''}\nimport { x } from '${specifier}';`;
    const found = violations(new Map([...sources, [file, source]]));
    expect(found).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ['values', 'import { b } from'],
    ['types', 'import type { B } from'],
    ['a type', 'import { type B } from'],
    ['a re-export', 'export { b } from'],
    ['a dynamic import', 'await import('],
  ])('would be refused: a cycle of %s', (_, start) => {
    const end = start.endsWith('(') ? ');' : ';';
    const planted = new Map([
      ...sources,
      ['api/planted-a.ts', `${start} './planted-b.js'${end}`],
      ['api/planted-b.ts', `${start} './planted-c.js'${end}`],
      ['api/planted-c.ts', `${start} './planted-a.js'${end}`],
    ]);
    expect(cycles(planted)).toEqual([
      'api/planted-a.ts → api/planted-b.ts → api/planted-c.ts → api/planted-a.ts',
    ]);
  });
});

describe('the tree', () => {
  it('has a file for each row of the table', () => {
    const files = [...sources.keys()];
    const exists = (part: string) =>
      files.some((file) => file === `${part}.ts` || file.startsWith(`${part}/`));
    expect(Object.keys(MAY_IMPORT).filter((part) => !exists(part))).toEqual([]);
  });

  it('has index files only as public faces of packages: a file is imported by its own name', () => {
    const faces: readonly string[] = [
      ...PUBLISHED.map((workspace) => `${workspace}/index.ts`),
      'client/testing/index.ts',
      'nest/testing/index.ts',
    ];
    const found = [...sources.keys()].filter((file) => file.endsWith('index.ts'));
    expect(found.filter((file) => !faces.includes(file))).toEqual([]);
  });
});
