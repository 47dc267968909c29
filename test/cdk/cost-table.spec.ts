import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plainTemplate } from '../../src/cdk/plain-template.js';
import { readParameters } from '../../src/cdk/stack-parameters.js';
import { costCommand } from '../../src/gateway/cli/cost-command.js';
import { COST_PART, costTable } from '../support/cost-table.js';

it('prints the table of docs/deploying.md by the command that stands above it', async () => {
  const document = await readFile(join(import.meta.dirname, '../../docs/deploying.md'), 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'cost-'));
  try {
    const template = join(folder, 'backchannel.json');
    await writeFile(template, JSON.stringify(plainTemplate(readParameters({}))));
    expect(COST_PART.exec(document)?.[0]).toBe(await costTable(document, costCommand, template));
  } finally {
    await rm(folder, { recursive: true });
  }
});
