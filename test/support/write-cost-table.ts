// `npm run docs:cost` writes the table of docs/deploying.md with the gateway's command `cost` and the template of the stack.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COST_PART, costTable } from './cost-table.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'docs/deploying.md');

const load = async <T>(file: string) => (await import(join(ROOT, 'dist', file))) as T;
const { costCommand } = await load<typeof import('../../src/gateway/cli/cost-command.js')>(
  'gateway/cli/cost-command.js',
);
const { plainTemplate } =
  await load<typeof import('../../src/cdk/plain-template.js')>('cdk/plain-template.js');
const { readParameters } =
  await load<typeof import('../../src/cdk/stack-parameters.js')>('cdk/stack-parameters.js');

const folder = await mkdtemp(join(tmpdir(), 'cost-'));
try {
  const template = join(folder, 'backchannel.json');
  await writeFile(template, JSON.stringify(plainTemplate(readParameters({}))));
  const text = await readFile(DOCUMENT, 'utf8');
  if (!COST_PART.test(text)) throw new Error(`${DOCUMENT} has no place for the table`);
  const table = await costTable(text, costCommand, template);
  await writeFile(
    DOCUMENT,
    text.replace(COST_PART, () => table),
  );
} finally {
  await rm(folder, { recursive: true });
}
