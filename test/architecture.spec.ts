import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

/**
 * Who may import whom: each part, named by its path below `src`, with the parts that it may import besides itself.
 * The longest name that fits a file is its part. What is below a part in the table is never allowed to look up.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // the contract
  api: [],
  // what every program does first
  program: [],
  // what runs on this machine: npm start, and the deployment to a gateway
  local: ['local/deployment'],
  'local/deployment': ['api'],
  // the deployment to AWS, and where the programs of this repository begin
  deploy: ['api', 'local', 'local/deployment', 'program'],
  // the product, from API Gateway's call down to the reply and the store
  service: [
    'api',
    'program',
    'service/config',
    'service/logging',
    'service/metrics',
    'service/tracing',
    'service/http',
    'service/routes',
    'service/publish-api',
    'service/messages',
    'service/channels',
    'service/connections',
    'service/callback',
    'service/store',
  ],
  'service/http': ['api', 'service/routes'],
  'service/routes': [
    'api',
    'service/config',
    'service/logging',
    'service/metrics',
    'service/tracing',
    'service/messages',
    'service/channels',
    'service/connections',
    'service/callback',
    'service/store',
  ],
  'service/publish-api': [
    'api',
    'service/config',
    'service/logging',
    'service/metrics',
    'service/tracing',
    'service/routes',
    'service/channels',
    'service/connections',
    'service/callback',
    'service/store',
  ],
  'service/messages': [
    'api',
    'service/config',
    'service/logging',
    'service/metrics',
    'service/tracing',
    'service/channels',
    'service/connections',
    'service/callback',
    'service/store',
  ],
  'service/channels': [
    'api',
    'service/config',
    'service/logging',
    'service/metrics',
    'service/tracing',
    'service/connections',
    'service/callback',
    'service/store',
  ],
  'service/connections': [
    'api',
    'service/config',
    'service/logging',
    'service/metrics',
    'service/tracing',
    'service/callback',
    'service/store',
  ],
  'service/callback': ['api', 'service/config', 'service/aws', 'service/metrics', 'service/tracing'],
  'service/store': ['api', 'service/config', 'service/aws', 'service/metrics', 'service/tracing'],
  'service/aws': ['service/config'],
  'service/metrics': ['api', 'service/config'],
  'service/tracing': ['api', 'service/config'],
  'service/logging': ['api', 'service/config'],
  'service/config': ['api'],
  // the stand-in: nothing of ours, as if it were AWS
  gateway: [
    'gateway/program',
    'gateway/commands',
    'gateway/cloudformation',
    'gateway/front',
    'gateway/admin',
    'gateway/connections',
    'gateway/front',
    'gateway/pipeline',
    ...belowThePipeline(),
  ],
  'gateway/program': [],
  'gateway/front': ['gateway/signing', ...gatewayTables()],
  'gateway/commands': ['gateway/cloudformation', ...belowThePipeline()],
  'gateway/cloudformation': belowThePipeline(),
  'gateway/admin': ['gateway/connections', ...gatewayTables()],
  'gateway/connections': ['gateway/pipeline', ...belowThePipeline()],
  'gateway/pipeline': belowThePipeline(),
  'gateway/steps': belowThePipeline().filter((part) => part !== 'gateway/steps'),
  'gateway/control': ['gateway/mapping', ...gatewayTables()],
  'gateway/templates': ['gateway/mapping', ...gatewayTables()],
  'gateway/functions': gatewayTables(),
  'gateway/signing': gatewayTables(),
  'gateway/throttle': gatewayTables(),
  'gateway/mapping': [],
  ...Object.fromEntries(
    gatewayTables().map((part) => [part, gatewayTables().filter((other) => other !== part)]),
  ),
};

/** What a frame's way is made of. */
function belowThePipeline(): string[] {
  return [
    ...['steps', 'control', 'templates', 'functions', 'signing', 'throttle', 'mapping'].map(
      (part) => `gateway/${part}`,
    ),
    ...gatewayTables(),
  ];
}

/** Single files of the gateway that everything in it may use. */
function gatewayTables(): string[] {
  const files = [
    'api-address',
    'clock',
    'errors',
    'faults',
    'http-body',
    'ids',
    'limits',
    'settings-file',
    'usage-error',
  ];
  return files.map((file) => `gateway/${file}`);
}

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
    ['gateway/steps/planted.ts', '../../api/definition.js', 'gateway/steps may not import api'],
    ['gateway/mapping/planted.ts', '../pipeline.js', 'gateway/mapping may not import gateway/pipeline'],
    ['service/planted.ts', '../gateway/limits.js', 'service may not import gateway/limits'],
    ['service/store/planted.ts', '../callback/fan-out.js', 'service/store may not import service/callback'],
    [
      'service/channels/planted.ts',
      '../messages/dispatcher.js',
      'service/channels may not import service/messages',
    ],
    ['api/planted.ts', '../service/config.js', 'api may not import service/config'],
    ['deploy/planted.ts', '../gateway/gateway.js', 'deploy may not import gateway'],
    ['gateway/planted.ts', '../program/require-node.js', 'gateway may not import program'],
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
