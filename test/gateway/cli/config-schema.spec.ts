import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/gateway/cli/config-schema.js';
import { SERVE_FLAGS } from '../../../src/gateway/cli/serve-flags.js';
import { FLAGS_PART, flagTable } from '../../support/flag-table.js';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('what is made from the flags', () => {
  it('is the shipped schema; `npm run docs:settings` writes it', () => {
    expect(JSON.parse(read('src/gateway/backchannel-gateway.schema.json'))).toEqual(
      configSchema(SERVE_FLAGS),
    );
  });

  it('is the table in docs/gateway.md; `npm run docs:settings` writes it', () => {
    expect(read('docs/gateway.md').match(FLAGS_PART)?.[0]).toBe(flagTable(SERVE_FLAGS));
  });
});

describe('the schema of the configuration file', () => {
  const isValid = new Ajv2020({ strictTypes: false }).compile(configSchema(SERVE_FLAGS));

  it.each([
    {},
    { $schema: './schema.json', port: 0, template: 'a.yaml', parameter: { A: 1 }, watch: true },
    { template: ['a.yaml', 'b.yaml'], target: { nlb: '127.0.0.1:3000' }, quota: { 'request-burst': 1 } },
  ])('allows %j', (config) => {
    expect(isValid(config)).toBe(true);
  });

  it.each([
    { templat: 'a.yaml' },
    { config: 'a.yaml' },
    { port: 'x' },
    { port: 65_536 },
    { auth: 'x' },
    { watch: 'yes' },
    { target: 'nlb=127.0.0.1' },
    { quota: { requests: 1 } },
  ])('does not allow %j', (config) => {
    expect(isValid(config)).toBe(false);
  });
});
