// `npm run docs:settings` writes the table of flags in docs/gateway.md and the schema of the gateway's configuration
// file, both from the table of flags.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { FLAGS_PART, flagTable } from './flag-table.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'docs/gateway.md');
const SCHEMA = join(ROOT, 'src/gateway/backchannel-gateway.schema.json');

const load = async <T>(file: string) => (await import(join(ROOT, 'dist/gateway/cli', file))) as T;
const { SERVE_FLAGS } = await load<typeof import('../../src/gateway/cli/serve-flags.js')>('serve-flags.js');
const { configSchema } =
  await load<typeof import('../../src/gateway/cli/config-schema.js')>('config-schema.js');

const text = await readFile(DOCUMENT, 'utf8');
if (!FLAGS_PART.test(text)) throw new Error(`${DOCUMENT} has no place for the table`);
await writeFile(
  DOCUMENT,
  text.replace(FLAGS_PART, () => flagTable(SERVE_FLAGS)),
);
const schema = JSON.stringify(configSchema(SERVE_FLAGS));
await writeFile(SCHEMA, await format(schema, { ...(await resolveConfig(SCHEMA)), filepath: SCHEMA }));
